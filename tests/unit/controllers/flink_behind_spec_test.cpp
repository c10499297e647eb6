#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "controllers/stages/flink_job.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;

/// A job that runs, whose spec was changed after the operator had acted upon it.
State state_after(const char* field, const Json& before, const Json& now) {
  Json spec = {{"image", "flink:1"}, {"job", {{"parallelism", 1}}}, {"flinkConfiguration", {{"a", "1"}}}};
  spec[field] = before;
  const Json last = {{"spec", spec}, {"resource_metadata", {{"metadata", {{"generation", 1}}}}}};
  spec[field] = now;
  return observe_job({{"metadata", {{"generation", 2}}},
                      {"spec", spec},
                      {"status",
                       {{"lifecycleState", "STABLE"},
                        {"jobManagerDeploymentStatus", "READY"},
                        {"jobStatus", {{"state", "RUNNING"}}},
                        {"reconciliationStatus", {{"lastReconciledSpec", last.dump()}}}}}})
      .state;
}

TEST(FlinkBehindSpec, AnotherImageIsStarting) {
  EXPECT_EQ(state_after("image", "flink:1", "flink:2"), State::kStarting);
}

TEST(FlinkBehindSpec, AnotherJobOrConfigurationIsStarting) {
  EXPECT_EQ(state_after("job", {{"parallelism", 1}}, {{"parallelism", 2}}), State::kStarting);
  EXPECT_EQ(state_after("flinkConfiguration", {{"a", "1"}}, {{"a", "2"}}), State::kStarting);
}

TEST(FlinkBehindSpec, WhatWasTakenBackRuns) {
  EXPECT_EQ(state_after("image", "flink:1", "flink:1"), State::kRunning);
}

TEST(FlinkBehindSpec, HowItDidUpgradeIsNoChange) {
  EXPECT_EQ(state_after("job", {{"upgradeMode", "stateless"}}, {{"upgradeMode", "savepoint"}}),
            State::kRunning);
}

}  // namespace
}  // namespace fusion::stages
