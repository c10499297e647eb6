#pragma once

#include <functional>
#include <map>
#include <string>
#include <tl/expected.hpp>

#include "kafka/connection.h"

namespace fusion::cli {

/// Gives the content of a file, or says why it cannot be read.
using FileReader = std::function<tl::expected<std::string, std::string>(const std::string& file)>;

/// The connection, without bootstrap servers, that a file for `--command-config` asks for: the one that
/// Kafka's own tools take, with Java's keys or librdkafka's:
///
///   security.protocol           PLAINTEXT (default), SSL, SASL_PLAINTEXT, SASL_SSL
///   sasl.mechanism(s)           PLAIN, SCRAM-SHA-256, SCRAM-SHA-512
///   sasl.jaas.config            ... required username="..." password="...";    or sasl.username,
///   sasl.password ssl.truststore.type=PEM     with ssl.truststore.location or .certificates; or
///   ssl.ca.location ssl.keystore.type=PEM       with ssl.keystore.location (key and certificates in one
///   file), or .key and
///                               .certificate.chain; or ssl.certificate.location and ssl.key.location
///
/// A key of security, sasl or ssl that is not among them is an error, since the connection would not be the
/// one that was asked for; other keys are left alone. Messages never hold values.
tl::expected<kafka::Connection, std::string> parse_command_config(
    const std::map<std::string, std::string>& properties, const FileReader& read_file);

}  // namespace fusion::cli
