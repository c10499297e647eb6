#include "controllers/stages/start.h"

#include <algorithm>

#include "controllers/stages/order.h"
#include "controllers/stages/render.h"
#include "controllers/stages/resume.h"

namespace fusion::stages {

using controllers::Failure;

std::string unusable_topic(const api::Stage& stage, const topics::Plan& topics) {
  for (const auto& input : stage.inputs) {
    if (!topics.usable.contains(input.topic)) return input.topic;
  }
  for (const auto& output : stage.outputs) {
    if (!topics.usable.contains(output.topic)) return output.topic;
  }
  return {};
}

std::optional<Failure> too_early(const api::Stage& stage, const StageContext& context) {
  const auto& inputs = context.inputs;
  const auto because = [&](const char* reason, const std::string& what) {
    return Failure{reason, "stage " + stage.name + " " + what, false};
  };
  // What Kafka holds of the inputs decides on the preflight: without its word nothing is started.
  for (const auto& input : stage.inputs) {
    if (!inputs.bridges.groups.contains(reader_name(stage.name, input.topic)))
      return because("WaitingForTopics", "waits for Kafka's word on topic " + input.topic);
  }
  if (const auto after = start_waits_for(context.pipeline, stage, context.observed, inputs.bridges);
      !after.empty())
    return because("WaitingForStage", "waits for " + after);
  if (const auto reader = resume_waits_for(stage, context); !reader.empty())
    return because("Resuming", "is resumed after " + reader + ", which reads what it writes");
  const auto child = child_name(context.pipeline, stage.name);
  if (find_workload(context.observed, child, context.pipeline.metadata.uid) == nullptr &&
      has_pods(context.pipeline, stage.name, inputs.bridges))
    return because("ChildTerminating", "waits until the pods of its last run are gone");
  return std::nullopt;
}

bool lacks_volume(const api::Stage& stage, const StageContext& context) {
  if (!needs_claim(context.pipeline.spec, stage)) return false;
  const auto name = claim_name(child_name(context.pipeline, stage.name));
  return std::ranges::find(context.inputs.claims, name, &checkpoints::ObservedClaim::name) ==
         context.inputs.claims.end();
}

}  // namespace fusion::stages
