#include "controllers/stages/order.h"

#include <algorithm>

#include "controllers/bridges/bridge_decision.h"
#include "controllers/bridges/child_name.h"
#include "controllers/bridges/lag.h"
#include "controllers/stages/render.h"

namespace fusion::stages {
namespace {

using bridges::ObservedBridges;

bool writes(const api::Stage& stage, const std::string& topic) {
  return std::ranges::any_of(stage.outputs, [&](const auto& output) { return output.topic == topic; });
}

const bridges::ObservedStatefulSet* find_set_of(const api::FusionPipeline& pipeline,
                                                const api::Bridge& bridge, const ObservedBridges& observed) {
  return bridges::find_set(observed, bridges::child_name(pipeline.metadata.name, bridge.name));
}

bool bridge_runs(const api::FusionPipeline& pipeline, const api::Bridge& bridge,
                 const ObservedBridges& observed) {
  const auto* set = find_set_of(pipeline, bridge, observed);
  return set != nullptr && (set->replicas > 0 || set->status_replicas > 0);
}

/// Whether a stage that we run sends to the topic, however far above it.
bool comes_from_us(const api::FusionPipeline& pipeline, const std::string& topic) {
  for (const auto& stage : pipeline.spec.stages) {
    if (writes(stage, topic))
      return stage.workload_template || (stage.workload_ref && stage.workload_ref->manage);
  }
  for (const auto& bridge : pipeline.spec.bridges) {
    if (bridge.to_topic == topic) return comes_from_us(pipeline, bridge.from.topic);
  }
  return false;
}

std::optional<std::int64_t> lag_of(const api::Bridge& bridge, const ObservedBridges& observed) {
  const auto group = observed.groups.find(bridge.name);
  if (group == observed.groups.end()) return std::nullopt;
  return bridges::lag_records(group->second, bridge.from.start_from);
}

/// Whether it sends nothing any more, until somebody asks it to.
bool is_over(const Observation& seen) {
  return seen.state == State::kSuspended || seen.state == State::kCompleted ||
         (seen.state == State::kFailed && seen.is_final);
}

std::string to_be_named(const api::Stage& stage) { return "stage " + stage.name; }
std::string to_be_named(const api::Bridge& bridge) { return "bridge " + bridge.name; }

/// Whether Kafka was asked after the last of those that send to the topic had come to rest: what it said
/// before does not tell what they sent last.
bool is_settled(const api::FusionPipeline& pipeline, const std::string& topic,
                const ObservedStages& observed) {
  const auto settled = [&](const auto& sender) { return observed.settled.contains(to_be_named(sender)); };
  for (const auto& stage : pipeline.spec.stages) {
    if (writes(stage, topic) && !settled(stage)) return false;
  }
  for (const auto& bridge : pipeline.spec.bridges) {
    if (bridge.to_topic == topic && !settled(bridge)) return false;
  }
  return true;
}

/// Why the bridge is not empty; empty: it has carried all.
std::string left_to_carry(const api::FusionPipeline& pipeline, const api::Bridge& bridge,
                          const ObservedStages& stages, const ObservedBridges& observed) {
  if (!is_settled(pipeline, bridge.from.topic, stages)) return "a new look at what is left to carry";
  const auto lag = lag_of(bridge, observed);
  if (!lag) return "Kafka's word on what is left to carry";
  if (*lag > 0) return std::to_string(*lag) + " records to be carried";
  return {};
}

const ObservedWorkload* find_workload_of(const api::FusionPipeline& pipeline, const api::Stage& stage,
                                         const ObservedStages& observed) {
  return find_workload(observed, child_name(pipeline, stage.name), pipeline.metadata.uid);
}

bool is_completed(const api::FusionPipeline& pipeline, const api::Stage& stage,
                  const ObservedStages& observed) {
  if (stage.workload_ref) {
    const auto ref = observed.refs.find(stage.name);
    return ref != observed.refs.end() && ref->second && ref->second->observation.state == State::kCompleted;
  }
  const auto* recorded = recorded_stage(pipeline, stage.name);
  return recorded != nullptr && recorded->completed &&
         recorded->completed->template_hash == template_hash(stage);
}

bool is_running(const api::FusionPipeline& pipeline, const api::Stage& stage,
                const ObservedStages& observed) {
  if (stage.workload_ref) {
    const auto ref = observed.refs.find(stage.name);
    return ref != observed.refs.end() && ref->second && ref->second->observation.state == State::kRunning;
  }
  const auto* workload = find_workload_of(pipeline, stage, observed);
  return workload != nullptr && workload->observation.state == State::kRunning;
}

/// What of a completed stage's output is still on its way; empty: nothing.
std::string on_its_way(const api::FusionPipeline& pipeline, const api::Stage& stage,
                       const ObservedStages& observed, const ObservedBridges& bridges) {
  for (const auto& bridge : pipeline.spec.bridges) {
    if (!writes(stage, bridge.from.topic)) continue;
    if (const auto left = left_to_carry(pipeline, bridge, observed, bridges); !left.empty())
      return "bridge " + bridge.name + ": " + left;
  }
  return {};
}

}  // namespace

bool has_pods(const api::FusionPipeline& pipeline, const std::string& stage, const ObservedBridges& bridges) {
  const auto child = child_name(pipeline, stage);
  return std::ranges::any_of(bridges.pods, [&](const auto& pod) { return pod.child == child; });
}

bool is_stopped(const api::FusionPipeline& pipeline, const api::Stage& stage, const ObservedStages& observed,
                const ObservedBridges& bridges) {
  if (stage.workload_ref && stage.workload_ref->manage) {
    const auto ref = observed.refs.find(stage.name);
    if (ref == observed.refs.end()) return false;
    if (!ref->second) {
      const auto& reason = ref->second.error().reason;
      return reason == "WorkloadNotFound" || reason == "EngineNotInstalled";
    }
    return is_over(ref->second->observation);
  }
  if (!stage.workload_template) return true;
  const auto* workload = find_workload_of(pipeline, stage, observed);
  const auto& from_user = *stage.workload_template;
  if (observed.unlisted.contains(kind_name(from_user.api_version, from_user.kind))) return false;
  if (workload == nullptr) return !has_pods(pipeline, stage.name, bridges);
  return is_over(workload->observation);
}

std::set<std::string> at_rest(const api::FusionPipeline& pipeline, const ObservedStages& observed,
                              const ObservedBridges& bridges) {
  std::set<std::string> names;
  for (const auto& stage : pipeline.spec.stages) {
    const auto ref = observed.refs.find(stage.name);
    // Nobody waits for a ref that is not ours to stop, but what it has sent is known only once it is over.
    const bool is_seen_at_work =
        ref != observed.refs.end() && !(ref->second && is_over(ref->second->observation));
    if (!is_seen_at_work && is_stopped(pipeline, stage, observed, bridges)) names.insert(to_be_named(stage));
  }
  for (const auto& bridge : pipeline.spec.bridges) {
    if (!bridge_runs(pipeline, bridge, bridges)) names.insert(to_be_named(bridge));
  }
  return names;
}

std::string sender_to(const api::FusionPipeline& pipeline, const std::string& topic,
                      const ObservedStages& observed, const ObservedBridges& bridges) {
  for (const auto& stage : pipeline.spec.stages) {
    if (writes(stage, topic) && !is_stopped(pipeline, stage, observed, bridges)) return to_be_named(stage);
  }
  for (const auto& bridge : pipeline.spec.bridges) {
    if (bridge.to_topic == topic && bridge_runs(pipeline, bridge, bridges)) return to_be_named(bridge);
  }
  return {};
}

std::string stops_after(const api::FusionPipeline& pipeline, const api::Stage& stage,
                        const ObservedStages& observed, const ObservedBridges& bridges) {
  for (const auto& input : stage.inputs) {
    if (auto sender = sender_to(pipeline, input.topic, observed, bridges); !sender.empty()) return sender;
  }
  return {};
}

std::map<std::string, std::string> draining(const api::FusionPipeline& pipeline,
                                            const ObservedStages& observed, const ObservedBridges& bridges) {
  std::map<std::string, std::string> reasons;
  if (!pipeline.spec.suspend) return reasons;
  for (const auto& bridge : pipeline.spec.bridges) {
    const auto* set = find_set_of(pipeline, bridge, bridges);
    if (bridge.suspend || set == nullptr || set->replicas == 0) continue;
    if (!comes_from_us(pipeline, bridge.from.topic)) continue;
    auto reason = sender_to(pipeline, bridge.from.topic, observed, bridges);
    if (!reason.empty()) reason += " to stop";
    if (reason.empty()) reason = left_to_carry(pipeline, bridge, observed, bridges);
    if (!reason.empty()) reasons[bridge.name] = reason;
  }
  return reasons;
}

api::FusionPipeline with_draining(api::FusionPipeline pipeline,
                                  const std::map<std::string, std::string>& draining) {
  if (draining.empty()) return pipeline;
  pipeline.spec.suspend = false;
  for (auto& bridge : pipeline.spec.bridges) bridge.suspend = !draining.contains(bridge.name);
  return pipeline;
}

std::string start_waits_for(const api::FusionPipeline& pipeline, const api::Stage& stage,
                            const ObservedStages& observed, const ObservedBridges& bridges) {
  for (const auto& after : stage.start_after) {
    const auto named = std::ranges::find(pipeline.spec.stages, after.stage, &api::Stage::name);
    if (named == pipeline.spec.stages.end()) continue;  // told by validate
    const bool completed = is_completed(pipeline, *named, observed);
    if (after.until == api::Until::kRunning) {
      if (!completed && !is_running(pipeline, *named, observed)) return "stage " + after.stage + " to run";
      continue;
    }
    if (!completed) return "stage " + after.stage + " to complete";
    if (after.until == api::Until::kCompleted) continue;
    if (const auto left = on_its_way(pipeline, *named, observed, bridges); !left.empty()) return left;
  }
  return {};
}

}  // namespace fusion::stages
