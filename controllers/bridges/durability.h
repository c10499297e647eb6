#pragma once

#include <optional>
#include <string>

#include "controllers/topics/observed_topic.h"

namespace fusion::bridges {

/// What can take records from a topic that were committed there, although all that write to it wait for all
/// replicas in sync.
struct DurabilityGap {
  std::string reason;    ///< SingleReplica, UncleanElection or OneInSyncReplica
  std::string sentence;  ///< about the topic `name`
  /// Kafka itself gives records up to be available again: somebody has asked for that by a setting.
  bool gives_records_up = false;
};

/// The worst gap of a topic that Kafka describes. None: a record is lost only when min.insync.replicas
/// brokers lose it; or nobody knows.
std::optional<DurabilityGap> durability_gap(const std::string& name, const topics::ObservedTopic& topic);

}  // namespace fusion::bridges
