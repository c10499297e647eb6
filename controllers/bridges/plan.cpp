#include "controllers/bridges/plan.h"

#include <algorithm>
#include <map>
#include <set>

#include "controllers/bridges/bridge_decision.h"
#include "controllers/bridges/child_name.h"
#include "controllers/condition.h"

namespace fusion::bridges {
namespace {

/// The bridges that are no longer declared, child name -> bridge name: those in status, and those that only
/// objects of ours tell of, because a status was lost.
std::map<std::string, std::string> undeclared(const api::FusionPipeline& pipeline,
                                              const ObservedBridges& observed) {
  const auto& metadata = pipeline.metadata;
  std::map<std::string, std::string> bridges;
  for (const auto& set : observed.stateful_sets) {
    if (set.controller_uid == metadata.uid) bridges[set.name] = set.name;
  }
  for (const auto& map : observed.config_maps) {
    if (map.controller_uid == metadata.uid && !map.child.empty() && !map.of_stage)
      bridges[map.child] = map.child;
  }
  for (const auto& status : pipeline.status.bridges)
    bridges[child_name(metadata.name, status.name)] = status.name;
  for (const auto& bridge : pipeline.spec.bridges) bridges.erase(child_name(metadata.name, bridge.name));
  return bridges;
}

/// The names of the bridges that are suspended, separated by commas.
std::string suspended_bridges(const api::Spec& spec) {
  std::string names;
  for (const auto& bridge : spec.bridges) {
    if (api::is_suspended(spec, bridge)) names += (names.empty() ? "" : ", ") + bridge.name;
  }
  return names;
}

std::string how_they_are(const api::Spec& spec) {
  const auto count = controllers::counted(spec.bridges.size(), "bridge");
  if (api::is_suspended(spec)) return count + " suspended";
  const auto names = suspended_bridges(spec);
  return names.empty() ? count + " running" : count + ", of which these are suspended: " + names;
}

/// What a user should know of bridges that are as declared.
void remark(const api::Spec& spec, const std::string& weaker, api::Condition& ready) {
  if (!weaker.empty()) {
    ready.reason = controllers::kGuaranteeWeaker;
    ready.message = weaker;
  } else if (api::is_suspended(spec)) {
    ready.reason = "Suspended";
  } else if (!suspended_bridges(spec).empty()) {
    ready.reason = controllers::kPartlySuspended;
  }
}

}  // namespace

const std::string& bridge_of(const Action& action) {
  return std::visit([](const auto& a) -> const std::string& { return a.bridge; }, action);
}

std::vector<GroupToObserve> groups_to_observe(const api::FusionPipeline& pipeline,
                                              const controllers::Settings& settings) {
  std::vector<GroupToObserve> groups;
  std::set<std::string> seen;
  const auto add = [&](const std::string& bridge, const std::string& topic) {
    const auto& metadata = pipeline.metadata;
    if (seen.insert(bridge).second && !topic.empty() && topics::may_use(pipeline, topic, settings)) {
      groups.push_back({bridge,
                        group_name(settings.installation_id, metadata.namespace_name, metadata.name, bridge),
                        topic});
    }
  };
  for (const auto& bridge : pipeline.spec.bridges) {
    const auto* recorded = recorded_bridge(pipeline, bridge.name);
    add(bridge.name, recorded != nullptr && has_run(*recorded) ? recorded->from_topic : bridge.from.topic);
  }
  for (const auto& bridge : pipeline.status.bridges) {
    if (has_run(bridge)) add(bridge.name, bridge.from_topic);
  }
  return groups;
}

Plan plan(const api::FusionPipeline& pipeline, const ObservedBridges& observed,
          const controllers::Settings& settings, const Inputs& inputs) {
  Plan plan;
  std::vector<controllers::Failure> failures;
  std::string weaker;
  const BridgeContext context{pipeline, observed, settings, inputs};
  const auto take = [&](BridgeDecision decision) {
    plan.actions.insert(plan.actions.end(), decision.actions.begin(), decision.actions.end());
    failures.insert(failures.end(), decision.failures.begin(), decision.failures.end());
    if (decision.guarantee_is_weaker && weaker.empty()) weaker = decision.status.message;
    if (!decision.removed) plan.status.push_back(std::move(decision.status));
    plan.waits_to_roll = plan.waits_to_roll || decision.waits_to_roll;
    plan.rolling = plan.rolling || decision.rolling;
    if (decision.renewal) plan.renewals.push_back(std::move(*decision.renewal));
    if (decision.next_renewal) {
      plan.next_renewal =
          std::min(plan.next_renewal.value_or(*decision.next_renewal), *decision.next_renewal);
    }
  };
  for (const auto& bridge : pipeline.spec.bridges) take(decide(bridge, context));
  for (const auto& [child, bridge] : undeclared(pipeline, observed)) take(remove(bridge, child, context));

  const auto verdict = controllers::verdict("BridgesReady", failures, how_they_are(pipeline.spec));
  plan.ready = verdict.condition;
  if (plan.ready.status == api::ConditionStatus::kTrue) remark(pipeline.spec, weaker, plan.ready);
  plan.stalled = verdict.stalled;
  return plan;
}

}  // namespace fusion::bridges
