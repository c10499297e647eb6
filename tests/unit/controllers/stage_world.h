#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/controllers/world.h"

/// Worlds of one stage, `count`, and what tests ask of them.
namespace fusion::test {

inline const api::Stage kFlink = a_flink_stage("count", "clicks", "counts");
inline const api::Stage kSpark = a_spark_stage("count", "clicks", "counts");
inline const api::Stage kBatch = a_batch("count", "clicks", "counts");

inline PipelineBuilder of(const api::Stage& stage) { return a_pipeline().with(stage).with_volume("1Gi"); }

inline World at_rest(const api::FusionPipeline& pipeline) {
  World world(pipeline);
  world.converge();
  world.log.clear();
  return world;
}

inline World completed() {
  auto world = at_rest(of(kBatch));
  world.complete("count");
  world.converge();
  world.log.clear();
  return world;
}

/// Spark, a bridge, Flink.
inline World flow() {
  return at_rest(a_pipeline()
                     .with(a_spark_stage("produce", "", "clicks"))
                     .with_bridge("clicks")
                     .with(a_flink_stage("consume", "clicks-in", "counts"))
                     .with_volume("1Gi"));
}

inline const api::Condition& stages_ready(const api::Status& status) {
  return condition(status, "StagesReady");
}

inline std::string state_of(const World& world) {
  const auto plan = world.plan();
  return plan.status.stages.empty() ? "(none)" : plan.status.stages[0].state;
}

inline std::string told(const World& world) {
  const auto plan = world.plan();
  const auto& ready = stages_ready(plan.status);
  return (condition(plan.status, "Stalled").status == api::ConditionStatus::kTrue ? "(stalled) " : "") +
         ready.reason + ": " + ready.message;
}

inline api::Stage& stage_in(World& world) { return world.pipeline.spec.stages[0]; }

inline void use_template(World& world, const std::string& spec) {
  stage_in(world).workload_template->spec = spec;
}

inline std::vector<std::string> only(const std::vector<std::string>& log, const std::string& prefix) {
  std::vector<std::string> found;
  for (const auto& line : log) {
    if (line.starts_with(prefix)) found.push_back(line);
  }
  return found;
}

inline std::ptrdiff_t position(const World& world, const std::string& line) {
  const auto found = std::ranges::find(world.log, line);
  EXPECT_NE(found, world.log.end()) << line << " is not in the log";
  return found - world.log.begin();
}

}  // namespace fusion::test
