#include "controllers/stages/apply.h"
#include "tests/unit/operator/world.h"

/// What a Flink job says of itself, on its way into a status.
namespace fusion::op::testing {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kUrl[] = "http://numbers-rest.demo.svc:8081/jobs/e44b55aa3ee145d086340d4f1a2d5876";

class JobProgressTest : public World {
 protected:
  void SetUp() override {
    served_ = {"flink.apache.org/v1beta1/FlinkDeployment"};
    server_.put(deployments_, running_);
    apply_pipeline({{"kafka", {{"bootstrapServers", "k:9092"}}},
                    {"topics", {{{"name", "in"}, {"partitions", 1}}}},
                    {"stages",
                     {{{"name", "count"},
                       {"engine", "Flink"},
                       {"mode", "Streaming"},
                       {"inputs", {{{"topic", "in"}}}},
                       {"workload",
                        {{"ref",
                          {{"apiVersion", "flink.apache.org/v1beta1"},
                           {"kind", "FlinkDeployment"},
                           {"name", "numbers"}}}}}}}}});
  }

  json stage() const { return status()["stages"][0]; }

  const kube::ResourceType deployments_ =
      stages::resource_type(*api::find_engine_kind("flink.apache.org/v1beta1", "FlinkDeployment"));
  json running_ = {{"apiVersion", "flink.apache.org/v1beta1"},
                   {"kind", "FlinkDeployment"},
                   {"metadata", {{"namespace", "demo"}, {"name", "numbers"}}},
                   {"spec", {{"job", {{"state", "running"}}}}},
                   {"status",
                    {{"lifecycleState", "STABLE"},
                     {"observedGeneration", 1000},
                     {"jobStatus", {{"state", "RUNNING"}, {"jobId", "e44b55aa3ee145d086340d4f1a2d5876"}}}}}};
};

TEST_F(JobProgressTest, IsInTheStatusAndInTheMetrics) {
  job_ = stages::JobProgress{.watermark_ms = 1'700'000'000'500, .completed_checkpoints = 3};
  ASSERT_TRUE(settle());
  pass(11s);
  EXPECT_THAT(asked_, Each(kUrl));
  EXPECT_EQ(stage()["state"], "Running") << stage();
  EXPECT_EQ(stage()["watermark"], "2023-11-14T22:13:20Z") << stage();
  EXPECT_THAT(metrics_page(), HasSubstr("fusion_stage_watermark_seconds"));
  EXPECT_THAT(metrics_page(), HasSubstr("fusion_stage_checkpoints_completed_total"));
}

TEST_F(JobProgressTest, IsNotWrittenForMereCheckpoints) {
  job_ = stages::JobProgress{.watermark_ms = 1'700'000'000'500};
  pass(30s);
  new_writes();
  for (int id = 1; id <= 6; ++id) {
    job_->completed = stages::CompletedCheckpoint{.id = id};
    job_->completed_checkpoints = id;
    pass(10s);
  }
  EXPECT_THAT(new_writes(), IsEmpty());
  job_->failed = stages::FailedCheckpoint{7, "IO"};
  pass(30s);
  EXPECT_THAT(stage()["message"].get<std::string>(),
              HasSubstr("no checkpoint has completed after checkpoint 6"));
  EXPECT_THAT(new_writes(), SizeIs(1));
}

TEST_F(JobProgressTest, IsLeftOutWhereNobodyAnswersAndNothingElseIsWrong) {
  job_ = stages::JobProgress{.watermark_ms = 1'700'000'000'500};
  pass(30s);
  ASSERT_TRUE(stage().contains("watermark"));
  job_ = tl::unexpected<std::string>("nobody is there");
  pass(180s);
  EXPECT_FALSE(stage().contains("watermark")) << stage();
  EXPECT_FALSE(stage().contains("message")) << stage();
  EXPECT_THAT(condition("StagesReady"), HasSubstr("True"));
  EXPECT_THAT(metrics_page(), Not(HasSubstr("fusion_stage_watermark_seconds")));
  new_writes();
  pass(180s);
  EXPECT_THAT(new_writes(), IsEmpty());
}

TEST_F(JobProgressTest, IsNotAskedForWhenThePipelineIsGone) {
  pass(5s);
  ASSERT_THAT(asked_, Contains(kUrl));
  delete_pipeline();
  ASSERT_TRUE(settle());
  asked_.clear();
  pass(120s);
  EXPECT_THAT(asked_, IsEmpty());
}

}  // namespace
}  // namespace fusion::op::testing
