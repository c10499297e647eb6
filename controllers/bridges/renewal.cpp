#include <algorithm>

#include "controllers/bridges/bridge_decision.h"
#include "controllers/bridges/child_name.h"

namespace fusion::bridges {
namespace {

/// Often enough for any retention that makes sense, and seldom enough to be no load.
constexpr std::chrono::hours kRenewAfter{1};

/// A pod is ready while it is a member of its group.
bool has_member(const ObservedBridges& observed, const std::string& child) {
  const auto* set = find_set(observed, child);
  return (set != nullptr && set->ready_replicas > 0) ||
         std::any_of(observed.pods.begin(), observed.pods.end(),
                     [&](const auto& pod) { return pod.child == child && pod.ready; });
}

}  // namespace

bool has_commits(const ObservedGroup& group) {
  return std::any_of(group.partitions.begin(), group.partitions.end(),
                     [](const auto& partition) { return partition.second.committed.has_value(); });
}

void plan_renewal(const BridgeContext& context, BridgeDecision& decision) {
  const auto& metadata = context.pipeline.metadata;
  const auto& bridge = decision.status.name;
  const auto group = context.observed.groups.find(bridge);
  if (group == context.observed.groups.end() || !has_commits(group->second)) return;
  if (has_member(context.observed, child_name(metadata.name, bridge))) return;
  const auto fresh = context.observed.fresh_positions.find(bridge);
  if (fresh != context.observed.fresh_positions.end() && context.inputs.now < fresh->second + kRenewAfter) {
    decision.next_renewal = fresh->second + kRenewAfter - context.inputs.now;
    return;
  }
  decision.renewal = RenewPositions{
      bridge, group_name(context.settings.installation_id, metadata.namespace_name, metadata.name, bridge),
      decision.status.from_topic};
}

}  // namespace fusion::bridges
