#include "operator/stage_figures.h"

#include <gmock/gmock.h>

namespace fusion::op {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string page(const pipeline::Observed& observed) {
  api::FusionPipeline pipeline;
  pipeline.spec.stages.resize(1);
  pipeline.spec.stages[0].name = "count";
  pipeline.spec.stages[0].inputs = {{.topic = "clicks"}};
  Metrics metrics;
  metrics.set_stages("shop", "orders", stage_figures(pipeline, observed));
  return metrics.text();
}

constexpr char kLabels[] = R"({namespace="shop",pipeline="orders",stage="count"} )";

TEST(StageFigures, AreExact) {
  pipeline::Observed observed;
  auto& partition = observed.bridges.groups[stages::reader_name("count", "clicks")].partitions[0];
  partition.committed = 1000;
  partition.end_offset = 13'345;
  auto& job = observed.stages.progress["count"];
  job.watermark_ms = 1'700'000'020'500;
  job.completed = {7, std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(1'500)),
                   530};
  job.completed_checkpoints = 6;
  job.failed_checkpoints = 1;
  const std::string labels = kLabels;
  EXPECT_THAT(page(observed), AllOf(HasSubstr("fusion_stage_lag_records" + labels + "12345\n"),
                                    HasSubstr("fusion_stage_watermark_seconds" + labels + "1700000020\n"),
                                    HasSubstr("fusion_stage_checkpoint_timestamp_seconds" + labels + "1.5\n"),
                                    HasSubstr("fusion_stage_checkpoint_state_bytes" + labels + "530\n"),
                                    HasSubstr("fusion_stage_checkpoints_completed_total" + labels + "6\n"),
                                    HasSubstr("fusion_stage_checkpoints_failed_total" + labels + "1\n")));
}

TEST(StageFigures, AreLeftOutWhileTheyAreNotKnown) { EXPECT_THAT(page({}), Not(HasSubstr("fusion_stage"))); }

TEST(StageFigures, GoWithTheirPipeline) {
  Metrics metrics;
  metrics.set_stages("shop", "orders", {{.stage = "count", .lag_records = 1}});
  ASSERT_THAT(metrics.text(), HasSubstr("fusion_stage_lag_records"));
  metrics.forget_pipeline("shop", "orders");
  EXPECT_THAT(metrics.text(), Not(HasSubstr("fusion_stage")));
}

}  // namespace
}  // namespace fusion::op
