#include "controllers/stages/resume.h"

#include <algorithm>

#include "controllers/stages/render.h"

namespace fusion::stages {
namespace {

bool reads(const api::Stage& stage, const std::set<std::string>& topics) {
  return std::ranges::any_of(stage.inputs, [&](const auto& input) { return topics.contains(input.topic); });
}

/// The topics that get what the stage writes, straight or through bridges.
std::set<std::string> topics_below(const api::FusionPipeline& pipeline, const api::Stage& stage) {
  std::set<std::string> topics;
  for (const auto& output : stage.outputs) topics.insert(output.topic);
  for (auto before = topics.size() + 1; before != topics.size();) {
    before = topics.size();
    for (const auto& bridge : pipeline.spec.bridges) {
      if (topics.contains(bridge.from.topic)) topics.insert(bridge.to_topic);
    }
  }
  return topics;
}

bool is_suspended(const api::Stage& stage, const StageContext& context) {
  if (stage.workload_ref) {
    const auto ref = context.observed.refs.find(stage.name);
    return ref != context.observed.refs.end() && ref->second &&
           ref->second->observation.state == State::kSuspended;
  }
  const auto child = child_name(context.pipeline, stage.name);
  if (const auto* workload = find_workload(context.observed, child, context.pipeline.metadata.uid))
    return workload->observation.state == State::kSuspended;
  const auto* recorded = recorded_stage(context.pipeline, stage.name);
  return recorded != nullptr && recorded->state == to_string(State::kSuspended);
}

bool will_run(const api::Stage& stage, const StageDecision& decision) {
  if (stage.workload_ref && !stage.workload_ref->manage) return false;
  return std::ranges::none_of(decision.failures, [](const auto& failure) {
    return failure.permanent || failure.reason == "WaitingForStage" ||
           failure.reason == "EngineNotInstalled" || failure.reason == "EngineNotListed";
  });
}

}  // namespace

std::vector<const api::Stage*> readers_of(const api::FusionPipeline& pipeline, const api::Stage& stage) {
  const auto topics = topics_below(pipeline, stage);
  std::vector<const api::Stage*> readers;
  for (const auto& other : pipeline.spec.stages) {
    if (other.mode == api::Mode::kStreaming && reads(other, topics)) readers.push_back(&other);
  }
  return readers;
}

std::string resume_waits_for(const api::Stage& stage, const StageContext& context) {
  if (!is_suspended(stage, context)) return {};
  for (const auto* reader : readers_of(context.pipeline, stage)) {
    const auto decision = context.decided.find(reader->name);
    if (decision == context.decided.end()) continue;
    const auto& state = decision->second.status.state;
    const bool runs = state != to_string(State::kSuspended) && state != to_string(State::kStarting) &&
                      state != to_string(State::kPending);
    if (!runs && will_run(*reader, decision->second)) return "stage " + reader->name;
  }
  return {};
}

}  // namespace fusion::stages
