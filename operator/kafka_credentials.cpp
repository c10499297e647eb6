#include "operator/kafka_credentials.h"

#include <utility>

namespace fusion::op {
namespace {

const kafka::Secret* find(const std::map<std::string, ReadSecret>& secrets, const std::string& name,
                          const std::string& key) {
  const auto secret = secrets.find(name);
  if (secret == secrets.end() || !secret->second.observed.labelled) return nullptr;
  const auto value = secret->second.values.find(key);
  return value == secret->second.values.end() ? nullptr : &value->second;
}

kafka::SaslMechanism mechanism_of(const std::string& name) {
  if (name == "PLAIN") return kafka::SaslMechanism::Plain;
  if (name == "SCRAM-SHA-256") return kafka::SaslMechanism::ScramSha256;
  return kafka::SaslMechanism::ScramSha512;
}

}  // namespace

std::optional<kafka::Connection> make_connection(const api::Kafka& kafka,
                                                 const std::map<std::string, ReadSecret>& secrets) {
  kafka::Connection connection;
  connection.bootstrap_servers = kafka.bootstrap_servers;
  if (kafka.tls) {
    connection.tls.emplace();
    if (const auto& ca = kafka.tls->ca_secret) {
      const auto* pem = find(secrets, ca->name, ca->key);
      if (pem == nullptr) return std::nullopt;
      connection.tls->ca_pem = pem->reveal();
    }
    if (const auto& name = kafka.tls->certificate_secret) {
      const auto* certificate = find(secrets, *name, "tls.crt");
      const auto* key = find(secrets, *name, "tls.key");
      if (certificate == nullptr || key == nullptr) return std::nullopt;
      connection.tls->certificate_pem = certificate->reveal();
      connection.tls->key_pem = *key;
    }
  }
  if (kafka.sasl) {
    const auto* password = find(secrets, kafka.sasl->password_secret.name, kafka.sasl->password_secret.key);
    if (password == nullptr) return std::nullopt;
    connection.sasl = kafka::Sasl{mechanism_of(kafka.sasl->mechanism), kafka.sasl->username, *password};
  }
  return connection;
}

}  // namespace fusion::op
