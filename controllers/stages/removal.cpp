#include <algorithm>

#include "controllers/stages/render.h"
#include "controllers/stages/stage_decision.h"

namespace fusion::stages {
namespace {

std::string because_of_failure(const ObservedStages& observed, const std::string& stage) {
  const auto failure = observed.failures.find(stage);
  return failure == observed.failures.end() ? "" : ": " + failure->second.message;
}

/// Appends what ends the workload of a child; returns what there is to wait for, empty if it is gone.
std::string end_child(const std::string& stage, const std::string& child, const std::string& uid,
                      const ObservedStages& observed, const bridges::ObservedBridges& bridges,
                      std::vector<Action>& actions) {
  for (const auto& workload : observed.workloads) {
    if (workload.name != child || workload.controller_uid != uid) continue;
    if (!workload.terminating) {
      actions.push_back(DeleteWorkload{stage, workload.api_version, workload.kind, workload.name,
                                       workload.uid, "the stage is removed"});
    }
    return workload.kind + " " + child + " to be deleted" + because_of_failure(observed, stage);
  }
  for (const auto& pod : bridges.pods) {
    if (pod.child == child) return "pod " + pod.name + " to stop" + because_of_failure(observed, stage);
  }
  return {};
}

}  // namespace

StageDecision remove(const std::string& stage, const std::string& child, const StageContext& context) {
  StageDecision decision;
  if (const auto* recorded = recorded_stage(context.pipeline, stage)) decision.status = *recorded;
  decision.status.name = stage;
  decision.status.state = kRemoving;
  const auto& uid = context.pipeline.metadata.uid;
  const auto waiting_for =
      end_child(stage, child, uid, context.observed, context.inputs.bridges, decision.actions);
  if (waiting_for.empty()) {
    for (const auto& map : context.inputs.bridges.config_maps) {
      if (!map.of_stage || map.child != child || map.controller_uid != uid) continue;
      if (!map.terminating) decision.actions.push_back(DeleteConfigMap{stage, map.name, map.uid});
    }
    decision.removed = decision.actions.empty();
  }
  if (!decision.removed) {
    decision.failures.push_back(
        {"Removing",
         "stage " + stage + " is being removed" + (waiting_for.empty() ? "" : ", waits for " + waiting_for),
         false});
  }
  return decision;
}

StopPlan stop(const api::FusionPipeline& pipeline, const ObservedStages& observed,
              const bridges::ObservedBridges& bridges) {
  StopPlan plan;
  const auto take = [&](const std::string& stage, const std::string& child) {
    auto waiting_for = end_child(stage, child, pipeline.metadata.uid, observed, bridges, plan.actions);
    if (plan.waiting_for.empty()) plan.waiting_for = std::move(waiting_for);
  };
  for (const auto& stage : pipeline.spec.stages) {
    const auto& from_user = stage.workload_template;
    if (!from_user) continue;
    const auto kind = kind_name(from_user->api_version, from_user->kind);
    if (observed.unlisted.contains(kind)) plan.waiting_for = "the API server to list " + kind;
  }
  for (const auto& workload : observed.workloads) {
    if (workload.controller_uid == pipeline.metadata.uid) take(workload.stage, workload.name);
  }
  for (const auto& stage : pipeline.spec.stages) {
    if (stage.workload_template && plan.waiting_for.empty())
      take(stage.name, child_name(pipeline, stage.name));
  }
  plan.done = plan.waiting_for.empty();
  return plan;
}

}  // namespace fusion::stages
