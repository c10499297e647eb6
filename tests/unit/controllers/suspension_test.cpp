#include <gmock/gmock.h>

#include "controllers/stages/render.h"
#include "tests/unit/controllers/stage_world.h"

/// Suspending goes with the data, resuming against it.
namespace fusion::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(Suspending, GoesWithTheData) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.converge();

  EXPECT_LT(position(world, "DeleteWorkload produce"), position(world, "ApplyStatefulSet clicks"));
  EXPECT_LT(position(world, "ApplyStatefulSet clicks"), position(world, "ApplyWorkload consume"));
  EXPECT_FALSE(world.has_workload("produce")) << "Spark has no savepoint";
  EXPECT_EQ(world.only_set()["spec"]["replicas"], 0);
  EXPECT_EQ(world.workload("consume")["spec"]["job"]["state"], "suspended");
  EXPECT_EQ(world.stage_status("produce").state, "Suspended");
  EXPECT_EQ(world.stage_status("consume").state, "Suspended");
  EXPECT_EQ(world.stage_status("consume").savepoint, "file:/state/savepoint-1");
  EXPECT_EQ(stages_ready(world.pipeline.status).status, api::ConditionStatus::kTrue);
}

TEST(Suspending, KeepsBridgesAndWhatReadsThemUntilAllIsCarried) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.reconcile();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload produce"));
  for (auto& [name, group] : world.groups) group.partitions[0].end_offset = 15;

  const auto plan = world.plan();

  EXPECT_THAT(plan.stages, IsEmpty());
  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_THAT(stages_ready(plan.status).message, HasSubstr("stage consume stops after bridge clicks"));
  EXPECT_EQ(stages_ready(plan.status).reason, "Suspending");
  EXPECT_EQ(plan.status.stages[1].state, "Running");
}

TEST(Suspending, WaitsForThePodsOfASparkStage) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.workloads.erase(stages::child_name(world.pipeline, "produce"));
  const auto plan = world.plan();
  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_NE(plan.status.stages[0].state, "Suspended");
}

TEST(Suspending, EndsTheSameAfterADeathBeforeAnyWrite) {
  auto undisturbed = flow();
  undisturbed.pipeline.spec.suspend = true;
  undisturbed.converge();
  for (int reconcile = 0; reconcile < 5; ++reconcile) {
    for (int write = 0; write < 4; ++write) {
      auto world = flow();
      world.pipeline.spec.suspend = true;
      for (int i = 0; i < reconcile; ++i) world.reconcile();
      world.reconcile(write);
      world.converge();
      EXPECT_EQ(world.end_state(), undisturbed.end_state()) << reconcile << ", " << write;
    }
  }
}

TEST(Suspending, KeepsAStageThatWasNeverStartedFromStarting) {
  const auto world = at_rest(of(kFlink).suspended());
  EXPECT_FALSE(world.has_workload("count"));
  EXPECT_EQ(world.stage_status("count").state, "Suspended");
}

TEST(Resuming, StartsAllAgain) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.converge();
  world.log.clear();
  world.pipeline.spec.suspend = false;
  world.converge();

  EXPECT_THAT(world.log, Contains("CreateWorkload produce"));
  EXPECT_THAT(world.log, Contains("ApplyWorkload consume"));
  EXPECT_EQ(world.workload("consume")["spec"]["job"]["state"], "running");
  EXPECT_EQ(world.stage_status("produce").state, "Running");
  EXPECT_EQ(world.stage_status("consume").state, "Running");
  EXPECT_EQ(world.only_set()["spec"]["replicas"], 1);
}

TEST(Resuming, GoesAgainstTheData) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.converge();
  world.log.clear();
  world.pipeline.spec.suspend = false;
  world.engines_work = false;
  world.reconcile();
  world.reconcile();

  EXPECT_FALSE(world.has_workload("produce"));
  EXPECT_EQ(world.stage_status("produce").state, "Suspended");
  EXPECT_THAT(world.stage_status("produce").message, HasSubstr("is resumed after stage consume"));

  world.engines_work = true;
  world.settle();
  world.converge();
  EXPECT_LT(position(world, "ApplyWorkload consume"), position(world, "CreateWorkload produce"));
  EXPECT_EQ(world.stage_status("produce").state, "Running");
}

TEST(Resuming, DoesNotWaitForAReaderThatHasFailed) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.converge();
  world.pipeline.spec.suspend = false;
  world.reconcile();
  world.fail("consume");
  world.converge();
  EXPECT_EQ(world.stage_status("consume").state, "Failed");
  EXPECT_EQ(world.stage_status("produce").state, "Running");
}

TEST(Resuming, DoesNotWaitForAReaderThatStartsAfterIt) {
  auto reader = after(a_flink_stage("consume", "clicks", "counts"), "produce", api::Until::kRunning);
  auto world =
      at_rest(a_pipeline().with(a_flink_stage("produce", "", "clicks")).with(reader).with_volume("1Gi"));
  world.pipeline.spec.suspend = true;
  world.converge();
  world.log.clear();
  world.pipeline.spec.suspend = false;
  world.converge();
  EXPECT_LT(position(world, "ApplyWorkload produce"), position(world, "ApplyWorkload consume"));
  EXPECT_EQ(world.stage_status("consume").state, "Running");
}

TEST(Resuming, OfStagesThatWaitForEachOtherInACircleGoesOn) {
  auto last = after(a_flink_stage("last", "b", "c"), "first", api::Until::kRunning);
  auto world = at_rest(a_pipeline()
                           .with(a_flink_stage("first", "", "a"))
                           .with(a_flink_stage("middle", "a", "b"))
                           .with(last)
                           .with_volume("1Gi"));
  ASSERT_EQ(world.stage_status("last").state, "Running");
  world.pipeline.spec.suspend = true;
  world.converge();
  world.pipeline.spec.suspend = false;
  world.converge();
  for (const auto* stage : {"first", "middle", "last"})
    EXPECT_EQ(world.stage_status(stage).state, "Running") << stage;
}

TEST(Resuming, DoesNotWaitForAReaderThatCannotRun) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.converge();
  world.pipeline.spec.suspend = false;
  world.pipeline.spec.stages[1].workload_template->spec = R"({"job":{"upgradeMode":"stateless"}})";
  world.converge();
  EXPECT_THAT(told(world), HasSubstr("(stalled) TemplateRefused"));
  EXPECT_EQ(world.stage_status("consume").state, "Suspended");
  EXPECT_EQ(world.stage_status("produce").state, "Running");
}

TEST(Resuming, AsksOfAStageThatNeverRanWhatPreFlightAsks) {
  World world(of(kFlink).suspended());
  world.converge();
  EXPECT_EQ(world.stage_status("count").state, "Suspended");
  world.topics["clicks"].effective = {{"cleanup.policy", "delete"}, {"retention.ms", "3600000"}};
  auto& partition = world.groups["0a1b2c3d/shop/orders/stages/count"].partitions[0];
  partition.end_offset = 10;
  partition.newest_ms = 1'000'000;  // 4,000 s ago
  world.pipeline.spec.suspend = false;
  world.converge();
  EXPECT_THAT(told(world), HasSubstr("(stalled) InputExpires"));
  EXPECT_FALSE(world.has_workload("count"));
}

}  // namespace
}  // namespace fusion::test
