#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "kafka/secret.h"

namespace fusion::kafka {

struct Tls {
  std::string ca_pem;           ///< one or more certificates; empty: the system's CAs are trusted
  std::string certificate_pem;  ///< the client's certificate chain for mutual TLS; empty: none
  Secret key_pem;               ///< its private key, unencrypted PKCS#8 or PKCS#1; empty: none

  bool operator==(const Tls&) const = default;
};

enum class SaslMechanism { Plain, ScramSha256, ScramSha512 };

struct Sasl {
  SaslMechanism mechanism = SaslMechanism::ScramSha512;
  std::string username;
  Secret password;

  bool operator==(const Sasl&) const = default;
};

/// How to reach one Kafka cluster, and as whom. Equal connections share one client.
/// librdkafka's configuration is made of it by `client_conf()` in client_conf.h.
struct Connection {
  std::string bootstrap_servers;  ///< host:port[,host:port...]
  std::optional<Tls> tls;         ///< none: the connection is not encrypted
  std::optional<Sasl> sasl;       ///< none: no user name and password

  bool operator==(const Connection&) const = default;
};

/// "kafka:9092 (SASL_SSL, user flights)": for messages and logs; no secrets.
std::string describe(const Connection& connection);

/// For unordered containers. Covers the secrets, so it must not be logged either.
struct ConnectionHash {
  std::size_t operator()(const Connection& connection) const;
};

}  // namespace fusion::kafka
