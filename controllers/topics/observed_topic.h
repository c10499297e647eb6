#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controllers/failure.h"
#include "controllers/settings.h"
#include "controllers/topics/claims.h"

namespace fusion::topics {

/// The settings that decide whether records fit into a topic and stay there.
inline constexpr std::array kEffectiveKeys{"cleanup.policy", "max.message.bytes",
                                           "message.timestamp.before.max.ms", "message.timestamp.type",
                                           "retention.ms"};

/// One topic as Kafka describes it.
struct ObservedTopic {
  enum class State {
    kUnknown,  ///< not asked yet, or no answer
    kAbsent,   ///< Kafka answered that there is no such topic
    kFound,
    kDenied  ///< Kafka answered with an error; see `failure`
  };
  State state = State::kUnknown;
  std::string topic_id;  ///< as Kafka prints it
  int partitions = 0;
  int replication_factor = 0;
  std::optional<int> min_insync_replicas;       ///< as it holds, wherever it is set; unset: not known
  std::optional<bool> unclean_leader_election;  ///< likewise
  std::map<std::string, std::string> config;    ///< the dynamic overrides of the topic alone, no defaults
  std::map<std::string, std::string> effective = {};  ///< of kEffectiveKeys: as it holds, wherever it is set
  /// What Kafka answered to the last describe (kDenied) or to the last action on this topic; cleared by the
  /// operator when an action on it succeeds or the spec's generation changes.
  std::optional<controllers::Failure> failure;
  bool backing_off = false;  ///< after `failure`, it is not yet time to try again
};

/// What is known of the topics of one pipeline.
struct ObservedTopics {
  std::string cluster_id;                       ///< empty: not known
  std::optional<controllers::Failure> failure;  ///< Kafka as a whole does not answer, and why
  std::map<std::string, ObservedTopic> topics;  ///< by name; a missing entry is kUnknown
  /// The brokers' transaction.max.timeout.ms; unset: not known.
  std::optional<std::int64_t> transaction_max_timeout_ms = {};
  bool brokers_do_not_tell = false;  ///< their settings, to whoever asks with our rights
  bool fresh = true;          ///< young enough to decide that a topic is not there and will be made by us
  std::vector<Claim> claims;  ///< of all pipelines, this one included, on topics of this one
};

/// Whether the policy of the operator's default connection lets the pipeline use the topic; with a connection
/// of its own it may use what its credentials allow.
bool may_use(const api::FusionPipeline& pipeline, const std::string& topic,
             const controllers::Settings& settings);

/// The topics to describe for this pipeline, sorted: those of the spec, and while it is being deleted those
/// of the status; never one that it may not use, whose existence alone would tell something.
std::vector<std::string> topics_to_observe(const api::FusionPipeline& pipeline,
                                           const controllers::Settings& settings);

}  // namespace fusion::topics
