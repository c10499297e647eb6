#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "api/fusion_pipeline.h"
#include "kafka/connection.h"

namespace fusion::op {

/// Glob patterns of the topics that a namespace may use through the default connection; the key "*" stands
/// for every namespace.
using TopicPolicy = std::map<std::string, std::vector<std::string>>;

/// The Kafka that pipelines without `spec.kafka` use, as the administrator set it up.
struct DefaultConnection {
  kafka::Connection connection;  ///< the operator's own credentials: they never leave this process
  TopicPolicy topic_policy;
  /// What bridges connect with: secrets of these names, in the pipeline's own namespace.
  api::Kafka bridge;
};

/// Reads the file of --kafka-config, with the files it names:
///
///   bootstrapServers: kafka.kafka.svc:9092
///   tls: {caFile: /etc/fusion/kafka/ca.crt, certificateFile: ..., keyFile: ...}
///   sasl: {mechanism: SCRAM-SHA-512, username: fusion, passwordFile: /etc/fusion/kafka/password}
///   topicPolicy: {demo: ["flights-*"], "*": ["shared.*"]}
///   bridgeSecrets:
///     username: bridges                                  # the operator's own if left out
///     caSecret: {name: kafka-ca, key: ca.crt}
///     certificateSecret: {name: kafka-client}
///     passwordSecret: {name: kafka-user, key: password}
///
/// An unknown field, a wrong type or a file that cannot be read is an error that names it. Call it again to
/// see rotated secrets.
tl::expected<DefaultConnection, std::string> read_default_connection(const std::filesystem::path& file);

}  // namespace fusion::op
