#include "kafka/client_conf.h"

#include <array>
#include <utility>

namespace fusion::kafka {
namespace {

Error unusable(const Connection& connection, const std::string& why) {
  return {Reason::InvalidConnection, "the connection to " + describe(connection) + " cannot be used: " + why,
          false};
}

const char* sasl_name(SaslMechanism mechanism) {
  switch (mechanism) {
    case SaslMechanism::Plain:
      return "PLAIN";
    case SaslMechanism::ScramSha256:
      return "SCRAM-SHA-256";
    case SaslMechanism::ScramSha512:
      return "SCRAM-SHA-512";
  }
  return "SCRAM-SHA-512";
}

const char* security_protocol(const Connection& connection) {
  if (connection.sasl) return connection.tls ? "sasl_ssl" : "sasl_plaintext";
  return connection.tls ? "ssl" : "plaintext";
}

/// What goes to librdkafka for the connection itself. Holds secrets in clear text.
Settings settings_of(const Connection& connection) {
  Settings settings = {
      {"bootstrap.servers", connection.bootstrap_servers},
      {"security.protocol", security_protocol(connection)},
      {"client.id", "fusion-operator"},
      {"socket.nagle.disable", "true"},
      {"log.queue", "true"},
  };
  if (connection.tls) {
    if (!connection.tls->ca_pem.empty()) settings["ssl.ca.pem"] = connection.tls->ca_pem;
    if (!connection.tls->certificate_pem.empty()) {
      settings["ssl.certificate.pem"] = connection.tls->certificate_pem;
      settings["ssl.key.pem"] = connection.tls->key_pem.reveal();
    }
  }
  if (connection.sasl) {
    settings["sasl.mechanisms"] = sasl_name(connection.sasl->mechanism);
    settings["sasl.username"] = connection.sasl->username;
    settings["sasl.password"] = connection.sasl->password.reveal();
  }
  return settings;
}

template <class ClientHandle>
Result<ClientHandle> new_client(rd_kafka_type_t type, ConfHandle conf) {
  std::array<char, 512> why{};
  ClientHandle client(rd_kafka_new(type, conf.get(), why.data(), why.size()));
  if (!client) {
    return tl::make_unexpected(Error{Reason::InvalidConnection,
                                     std::string("the Kafka client cannot be made: ") + why.data() +
                                         ": check the certificates and the settings of the connection",
                                     false});
  }
  static_cast<void>(conf.release());  // the client owns it now
  return client;
}

}  // namespace

Result<ConfHandle> client_conf(const Connection& connection, const Settings& settings) {
  if (connection.bootstrap_servers.empty()) {
    return tl::make_unexpected(unusable(connection, "there are no bootstrap servers: give host:port"));
  }
  if (connection.tls && connection.tls->certificate_pem.empty() != connection.tls->key_pem.empty()) {
    return tl::make_unexpected(unusable(
        connection, "a client certificate and its private key go together, and one of them is missing"));
  }
  ConfHandle conf(rd_kafka_conf_new());
  Settings all = settings;
  all.merge(settings_of(connection));
  for (const auto& [key, value] : all) {
    std::array<char, 512> why{};
    const bool ends_early = value.find('\0') != std::string::npos;
    if (ends_early || rd_kafka_conf_set(conf.get(), key.c_str(), value.c_str(), why.data(), why.size()) !=
                          RD_KAFKA_CONF_OK) {
      // librdkafka quotes refused values, which may be secret: say only which setting it is.
      return tl::make_unexpected(unusable(connection, "librdkafka refuses the value of the setting " + key));
    }
  }
  rd_kafka_conf_set_events(conf.get(), RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_ERROR);
  return conf;
}

Result<ProducerHandle> new_producer(ConfHandle conf) {
  return new_client<ProducerHandle>(RD_KAFKA_PRODUCER, std::move(conf));
}

Result<ConsumerHandle> new_consumer(ConfHandle conf) {
  return new_client<ConsumerHandle>(RD_KAFKA_CONSUMER, std::move(conf));
}

}  // namespace fusion::kafka
