#include "controllers/stages/plan.h"

#include <algorithm>
#include <map>

#include "controllers/condition.h"
#include "controllers/stages/order.h"
#include "controllers/stages/render.h"
#include "controllers/stages/resume.h"
#include "controllers/stages/stage_decision.h"

namespace fusion::stages {
namespace {

using controllers::Failure;

/// The stages that are no longer declared with a template, child name -> stage name: those in status, and
/// those that only objects of ours tell of, because a status was lost.
std::map<std::string, std::string> undeclared(const api::FusionPipeline& pipeline,
                                              const ObservedStages& observed, const Inputs& inputs) {
  const auto& uid = pipeline.metadata.uid;
  std::map<std::string, std::string> stages;
  for (const auto& workload : observed.workloads) {
    if (workload.controller_uid == uid) stages[workload.name] = workload.stage;
  }
  for (const auto& map : inputs.bridges.config_maps) {
    if (map.of_stage && map.controller_uid == uid && !map.child.empty())
      stages.try_emplace(map.child, map.child);
  }
  for (const auto& status : pipeline.status.stages) {
    const auto child = child_name(pipeline, status.name);
    if (status.workload == child) stages[child] = status.name;
  }
  for (const auto& stage : pipeline.spec.stages) {
    if (stage.workload_template) stages.erase(child_name(pipeline, stage.name));
  }
  return stages;
}

StageDecision decide(const api::Stage& stage, const StageContext& context) {
  if (stage.workload_template) return decide_template(stage, context);
  if (stage.workload_ref) return decide_ref(stage, context);
  StageDecision decision;
  decision.status.name = stage.name;
  decision.status.engine = stage.engine;
  decision.status.state = kExternal;
  return decision;
}

/// Decides on a stage after those that read what it writes.
void decide_after_readers(const api::Stage& stage, const StageContext& context,
                          std::map<std::string, StageDecision>& decided) {
  if (decided.contains(stage.name)) return;
  for (const auto* reader : readers_of(context.pipeline, stage))
    decide_after_readers(*reader, context, decided);
  decided.emplace(stage.name, decide(stage, context));
}

std::string how_they_are(const api::Spec& spec) {
  const bool all_external = std::ranges::none_of(
      spec.stages, [](const auto& stage) { return stage.workload_template || stage.workload_ref; });
  if (all_external) return controllers::counted(spec.stages.size(), "external stage");
  return controllers::counted(spec.stages.size(), "stage") + (spec.suspend ? " suspended" : " as declared");
}

}  // namespace

const std::string& stage_of(const Action& action) {
  return std::visit([](const auto& a) -> const std::string& { return a.stage; }, action);
}

Plan plan(const api::FusionPipeline& pipeline, const ObservedStages& observed,
          const controllers::Settings& settings, const Inputs& inputs) {
  Plan plan;
  std::vector<Failure> failures;
  std::map<std::string, StageDecision> decided;
  const StageContext context{pipeline, observed, settings, inputs, decided};
  for (const auto& stage : pipeline.spec.stages) decide_after_readers(stage, context, decided);
  const auto is_told = [&](const std::string& name) {
    return std::ranges::find(plan.status, name, &api::StageStatus::name) != plan.status.end();
  };
  const auto take = [&](StageDecision decision) {
    if (decision.removed) return;
    plan.actions.insert(plan.actions.end(), decision.actions.begin(), decision.actions.end());
    failures.insert(failures.end(), decision.failures.begin(), decision.failures.end());
    if (decision.failures.empty()) {
      if (decision.status.state != kRemoving) ++plan.ready_stages;
    } else {
      decision.status.message = decision.failures.front().message;
    }
    plan.waits_to_roll = plan.waits_to_roll || decision.waits_to_roll;
    plan.rolling = plan.rolling || decision.rolling;
    if (decision.needs_volume) plan.needs_volume.insert(decision.status.name);
    // The workload of a template that became a ref or external is removed under the name of a declared stage.
    if (!is_told(decision.status.name)) plan.status.push_back(std::move(decision.status));
  };
  for (const auto& stage : pipeline.spec.stages) take(std::move(decided.at(stage.name)));
  for (const auto& [child, stage] : undeclared(pipeline, observed, inputs))
    take(remove(stage, child, context));
  for (const auto& [bridge, reason] : inputs.draining)
    failures.push_back({"Suspending", "bridge " + bridge + " waits for " + reason, false});

  const auto verdict = controllers::verdict("StagesReady", failures, how_they_are(pipeline.spec));
  plan.ready = verdict.condition;
  plan.stalled = verdict.stalled;
  return plan;
}

}  // namespace fusion::stages
