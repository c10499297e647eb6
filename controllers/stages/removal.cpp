#include <algorithm>

#include "controllers/stages/render.h"
#include "controllers/stages/stage_config_map.h"
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
  if (const auto* workload = find_workload(observed, child, uid)) {
    if (!workload->terminating) {
      actions.push_back(DeleteWorkload{stage, workload->api_version, workload->kind, workload->name,
                                       workload->uid, "the stage is removed"});
    }
    return workload->kind + " " + child + " to be deleted" + because_of_failure(observed, stage);
  }
  const auto pod = std::ranges::find(bridges.pods, child, &bridges::ObservedPod::child);
  return pod == bridges.pods.end() ? ""
                                   : "pod " + pod->name + " to stop" + because_of_failure(observed, stage);
}

/// The claim of a stage that goes with it; empty: none is left, or it is kept.
std::string claim_left(const std::string& child, const StageContext& context) {
  if (context.pipeline.spec.deletion_policy != api::DeletionPolicy::kDelete) return {};
  const auto& claims = context.inputs.claims;
  const auto claim = std::ranges::find(claims, claim_name(child), &checkpoints::ObservedClaim::name);
  return claim == claims.end() ? "" : "claim " + claim->name + " to be deleted";
}

}  // namespace

StageDecision remove(const std::string& stage, const std::string& child, const StageContext& context) {
  StageDecision decision;
  if (const auto* recorded = recorded_stage(context.pipeline, stage)) decision.status = *recorded;
  decision.status.name = stage;
  decision.status.state = kRemoving;
  const auto& uid = context.pipeline.metadata.uid;
  auto waiting_for = end_child(stage, child, uid, context.observed, context.inputs.bridges, decision.actions);
  if (waiting_for.empty()) {
    delete_config_maps(stage, child, "", context, decision.actions);
    waiting_for = claim_left(child, context);
    decision.removed = decision.actions.empty() && waiting_for.empty();
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
