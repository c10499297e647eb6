#include "controllers/bridges/durability.h"

namespace fusion::bridges {

std::optional<DurabilityGap> durability_gap(const std::string& name, const topics::ObservedTopic& topic) {
  if (topic.state != topics::ObservedTopic::State::kFound) return std::nullopt;
  // One replica leaves no other one to elect, and no other one to be in sync.
  if (topic.replication_factor == 1) {
    return DurabilityGap{"SingleReplica",
                         "topic " + name + " has one replica: what a broker loses of it is lost", false};
  }
  if (topic.unclean_leader_election.value_or(false)) {
    return DurabilityGap{"UncleanElection",
                         "topic " + name +
                             " may lose records that were committed, because "
                             "unclean.leader.election.enable is true: set it to false",
                         true};
  }
  if (topic.min_insync_replicas == 1) {
    return DurabilityGap{"OneInSyncReplica",
                         "topic " + name +
                             " has min.insync.replicas=1: while its other replicas are behind, what one "
                             "broker loses of it is lost; set it to 2 or more",
                         false};
  }
  return std::nullopt;
}

}  // namespace fusion::bridges
