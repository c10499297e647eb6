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

std::vector<const api::Stage*> readers_of(const api::FusionPipeline& pipeline, const api::Stage& stage) {
  const auto topics = topics_below(pipeline, stage);
  std::vector<const api::Stage*> readers;
  for (const auto& other : pipeline.spec.stages) {
    if (other.mode == api::Mode::kStreaming && reads(other, topics)) readers.push_back(&other);
  }
  return readers;
}

/// As its object says, else as it was recorded; of one that we neither start nor stop nothing.
std::string state_of(const api::FusionPipeline& pipeline, const api::Stage& stage,
                     const ObservedStages& observed) {
  if (stage.workload_ref) {
    const auto ref = observed.refs.find(stage.name);
    const bool is_known = stage.workload_ref->manage && ref != observed.refs.end() && ref->second;
    return is_known ? to_string(ref->second->observation.state) : "";
  }
  if (!stage.workload_template) return {};
  const auto child = child_name(pipeline, stage.name);
  if (const auto* workload = find_workload(observed, child, pipeline.metadata.uid))
    return to_string(workload->observation.state);
  const auto* recorded = recorded_stage(pipeline, stage.name);
  return recorded == nullptr ? "" : recorded->state;
}

/// Whether `from` is held back until `stage` runs, by startAfter or because it would be resumed after it.
bool is_held_by(const api::FusionPipeline& pipeline, const api::Stage& from, const std::string& stage,
                std::set<std::string>& visited) {
  if (!visited.insert(from.name).second) return false;
  std::vector<const api::Stage*> holders = readers_of(pipeline, from);
  for (const auto& after : from.start_after) {
    const auto named = std::ranges::find(pipeline.spec.stages, after.stage, &api::Stage::name);
    if (named != pipeline.spec.stages.end()) holders.push_back(&*named);
  }
  return std::ranges::any_of(holders, [&](const api::Stage* holder) {
    return holder->name == stage || is_held_by(pipeline, *holder, stage, visited);
  });
}

}  // namespace

std::string resume_waits_for(const api::FusionPipeline& pipeline, const api::Stage& stage,
                             const ObservedStages& observed) {
  if (state_of(pipeline, stage, observed) != to_string(State::kSuspended)) return {};
  for (const auto* reader : readers_of(pipeline, stage)) {
    const auto state = state_of(pipeline, *reader, observed);
    if (state != to_string(State::kSuspended) && state != to_string(State::kStarting)) continue;
    std::set<std::string> visited;
    if (!is_held_by(pipeline, *reader, stage.name, visited)) return "stage " + reader->name + " to run again";
  }
  return {};
}

}  // namespace fusion::stages
