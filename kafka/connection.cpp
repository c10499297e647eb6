#include "kafka/connection.h"

#include <functional>
#include <string_view>

namespace fusion::kafka {
namespace {

// boost::hash_combine's mixing, widened to 64 bits.
void mix(std::size_t& hash, std::string_view text) {
  hash ^= std::hash<std::string_view>{}(text) + 0x9e3779b97f4a7c15 + (hash << 12) + (hash >> 4);
}

}  // namespace

std::string describe(const Connection& connection) {
  std::string text = connection.bootstrap_servers + " (";
  if (connection.sasl) text += connection.tls ? "SASL_SSL, user " : "SASL_PLAINTEXT, user ";
  if (connection.sasl) return text + connection.sasl->username + ")";
  return text + (connection.tls ? "SSL)" : "PLAINTEXT)");
}

std::size_t ConnectionHash::operator()(const Connection& connection) const {
  std::size_t hash = 0;
  mix(hash, connection.bootstrap_servers);
  if (connection.tls) {
    mix(hash, connection.tls->ca_pem);
    mix(hash, connection.tls->certificate_pem);
    mix(hash, connection.tls->key_pem.reveal());
  }
  if (connection.sasl) {
    mix(hash, connection.sasl->username);
    mix(hash, connection.sasl->password.reveal());
  }
  return hash;
}

}  // namespace fusion::kafka
