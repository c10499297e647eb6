#include <set>

#include "controllers/bridges/bridge_decision.h"
#include "controllers/bridges/child_name.h"

namespace fusion::bridges {
namespace {

using controllers::Failure;

std::string because_of_failure(const ObservedBridges& observed, const std::string& bridge) {
  const auto failure = observed.failures.find(bridge);
  return failure == observed.failures.end() ? "" : ": " + failure->second.message;
}

/// The bridge's name by its child's name, for the bridges in spec and status.
std::string bridge_by_child(const api::FusionPipeline& pipeline, const std::string& child) {
  for (const auto& bridge : pipeline.spec.bridges) {
    if (child_name(pipeline.metadata.name, bridge.name) == child) return bridge.name;
  }
  for (const auto& bridge : pipeline.status.bridges) {
    if (child_name(pipeline.metadata.name, bridge.name) == child) return bridge.name;
  }
  return child;
}

/// Appends what stops one child; returns what there is to wait for, empty if it is gone.
std::string stop_child(const std::string& bridge, const std::string& child, const std::string& uid,
                       const ObservedBridges& observed, std::vector<Action>& actions) {
  if (const auto* set = find_set(observed, child)) {
    if (set->controller_uid != uid) return {};  // not ours, and neither are its pods
    if (!set->terminating) actions.push_back(DeleteStatefulSet{bridge, child, set->uid});
    return "StatefulSet " + child + " to be deleted" + because_of_failure(observed, bridge);
  }
  std::string waiting_for;
  for (const auto& pod : observed.pods) {
    if (pod.child != child) continue;
    // A pod with a controller goes with it; one that an orphaned set left behind has none.
    if (pod.controller_uid.empty() && !pod.terminating)
      actions.push_back(DeletePod{bridge, pod.name, pod.uid});
    waiting_for = "pod " + pod.name + " to stop" + because_of_failure(observed, bridge);
  }
  return waiting_for;
}

/// Appends what deletes a bridge's consumer group; returns what there is to wait for.
std::string forget_group(const std::string& bridge, const api::FusionPipeline& pipeline,
                         const ObservedBridges& observed, const controllers::Settings& settings,
                         std::vector<Action>& actions) {
  const auto name =
      group_name(settings.installation_id, pipeline.metadata.namespace_name, pipeline.metadata.name, bridge);
  const auto group = observed.groups.find(bridge);
  if (group == observed.groups.end()) return "Kafka's answer about consumer group " + name;
  if (!has_commits(group->second)) return {};
  actions.push_back(DeleteGroup{bridge, name});
  return "consumer group " + name + " to be deleted" + because_of_failure(observed, bridge);
}

}  // namespace

BridgeDecision remove(const std::string& bridge, const std::string& child, const BridgeContext& context) {
  BridgeDecision decision;
  const auto& pipeline = context.pipeline;
  if (const auto* recorded = recorded_bridge(pipeline, bridge)) decision.status = *recorded;
  auto& status = decision.status;
  const bool ran = has_run(status);
  status.name = bridge;
  status.state = kRemoving;
  status.replicas = 0;
  status.ready_replicas = 0;
  status.guarantee = "Unknown";
  status.guarantee_reason = kRemoving;
  status.lag_records.reset();
  status.lag_seconds.reset();
  status.records_per_second.reset();
  status.skew_seconds.reset();

  auto waiting_for = stop_child(bridge, child, pipeline.metadata.uid, context.observed, decision.actions);
  if (waiting_for.empty()) {
    for (const auto& map : context.observed.config_maps) {
      if (map.child != child || map.controller_uid != pipeline.metadata.uid) continue;
      if (!map.terminating) decision.actions.push_back(DeleteConfigMap{bridge, map.name, map.uid});
      waiting_for = "ConfigMap " + map.name + " to be deleted" + because_of_failure(context.observed, bridge);
    }
    // The position stays while the pipeline does: added back, the bridge goes on and repeats nothing.
    if (pipeline.spec.deletion_policy == api::DeletionPolicy::kDelete && ran) {
      const auto claims = context.inputs.claims_left.find(bridge);
      if (claims != context.inputs.claims_left.end() && claims->second)
        waiting_for = "its volumes to be deleted";
    }
  }
  decision.removed = waiting_for.empty();
  if (!decision.removed) {
    status.message = "bridge " + bridge + " is being removed and waits for " + waiting_for;
    decision.failures.push_back({"Removing", status.message, false});
  }
  return decision;
}

StopPlan stop(const api::FusionPipeline& pipeline, const ObservedBridges& observed) {
  std::set<std::string> children;
  for (const auto& bridge : pipeline.spec.bridges)
    children.insert(child_name(pipeline.metadata.name, bridge.name));
  for (const auto& bridge : pipeline.status.bridges)
    children.insert(child_name(pipeline.metadata.name, bridge.name));
  for (const auto& set : observed.stateful_sets) {
    if (set.controller_uid == pipeline.metadata.uid) children.insert(set.name);
  }
  StopPlan plan;
  for (const auto& child : children) {
    auto waiting_for =
        stop_child(bridge_by_child(pipeline, child), child, pipeline.metadata.uid, observed, plan.actions);
    if (plan.waiting_for.empty()) plan.waiting_for = std::move(waiting_for);
  }
  plan.done = plan.waiting_for.empty();
  return plan;
}

GroupsPlan forget_groups(const api::FusionPipeline& pipeline, const ObservedBridges& observed,
                         const controllers::Settings& settings) {
  GroupsPlan plan;
  for (const auto& entry : groups_to_observe(pipeline, settings)) {
    const auto* recorded = recorded_bridge(pipeline, entry.reader);
    if (recorded == nullptr || !has_run(*recorded)) continue;
    auto waiting_for = forget_group(entry.reader, pipeline, observed, settings, plan.actions);
    if (plan.waiting_for.empty()) plan.waiting_for = std::move(waiting_for);
  }
  plan.done = plan.waiting_for.empty();
  return plan;
}

}  // namespace fusion::bridges
