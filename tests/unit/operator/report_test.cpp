#include "controllers/pipeline/report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace fusion::pipeline {
namespace {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'700'000'060)};

api::Status of(api::StageStatus stage) {
  api::Status status;
  status.stages = {std::move(stage)};
  return status;
}

TEST(Report, IsNothingForTheSameStatus) {
  EXPECT_EQ(report(of({.name = "count", .state = "Running", .watermark = kNow}),
                   of({.name = "count", .state = "Running", .watermark = kNow}), kNow),
            std::nullopt);
}

TEST(Report, MayWaitWhereAStageHasOnlyComeFurther) {
  const auto before = of({.name = "count", .state = "Running"});
  EXPECT_TRUE(
      report(before, of({.name = "count", .state = "Running", .lag_records = 5}), kNow)->progress_only);
  EXPECT_TRUE(
      report(before, of({.name = "count", .state = "Running", .watermark = kNow}), kNow)->progress_only);
  EXPECT_FALSE(
      report(before, of({.name = "count", .state = "Failed", .watermark = kNow}), kNow)->progress_only);
}

}  // namespace
}  // namespace fusion::pipeline
