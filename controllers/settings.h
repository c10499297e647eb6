#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "api/fusion_pipeline.h"
#include "controllers/topics/policy.h"

namespace fusion::controllers {

/// The Kafka connection of pipelines without `spec.kafka`.
struct DefaultConnection {
  /// As bridge pods use it: its secrets are names (`bridgeSecrets`) looked up in the pipeline's own
  /// namespace. The operator's own credentials are not in here: it never lends them.
  api::Kafka kafka;
  topics::TopicPolicy policy;
};

/// What the plans need to know of the operator's options.
struct Settings {
  std::string installation_id;  ///< first part of every consumer group and transactional id
  std::string bridge_image;
  std::optional<DefaultConnection> default_connection;
  std::chrono::seconds kafka_resync{30};     ///< Kafka's topics are looked at again this often
  std::chrono::seconds status_interval{10};  ///< progress is looked at again this often
  /// In a terminating namespace cleaning up gives up this long after the pipeline's deletion was asked for.
  std::chrono::seconds terminating_namespace_patience{300};
};

}  // namespace fusion::controllers
