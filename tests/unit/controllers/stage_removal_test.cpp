#include <gmock/gmock.h>

#include "tests/unit/controllers/stage_world.h"

/// How stages end with their declaration or with the pipeline.
namespace fusion::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(RemovedStages, EndAndLeaveNothingButTheirVolume) {
  auto world = at_rest(of(kFlink));
  world.pipeline.spec.stages.clear();
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count", "DeleteConfigMap count"));
  EXPECT_THAT(world.pipeline.status.stages, IsEmpty());
  EXPECT_THAT(world.claims, SizeIs(1));
}

TEST(RemovedStages, AreToldUntilTheyAreGone) {
  auto world = at_rest(of(kFlink));
  world.pipeline.spec.stages.clear();
  world.engines_work = false;
  world.reconcile();
  world.reconcile();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count"));
  EXPECT_EQ(world.stage_status("count").state, "Removing");
  EXPECT_THAT(told(world), HasSubstr("Removing: stage count is being removed, waits for FlinkDeployment"));
}

TEST(RemovedStages, EndAlsoWhenTheStatusWasLost) {
  auto world = at_rest(of(kFlink));
  world.pipeline.spec.stages.clear();
  world.pipeline.status.stages.clear();
  world.converge();
  EXPECT_THAT(world.workloads, IsEmpty());
  EXPECT_THAT(world.config_maps, IsEmpty());
}

TEST(RemovedStages, AreToldUntilTheirVolumeIsGoneUnderDelete) {
  auto world = at_rest(of(kFlink).under_delete());
  world.pipeline.spec.stages.clear();
  world.claims.begin()->second.terminating = true;
  world.reconcile();
  world.reconcile();
  world.reconcile();
  EXPECT_EQ(world.stage_status("count").state, "Removing");
  EXPECT_THAT(world.stage_status("count").message, HasSubstr("waits for claim state-"));
  world.claims.clear();
  world.converge();
  EXPECT_THAT(world.pipeline.status.stages, IsEmpty());
}

TEST(DeletedPipelines, EndTheirStagesBeforeTopicsAndVolumes) {
  auto world = at_rest(of(kFlink).under_delete());
  world.pipeline.metadata.deletion_timestamp = world.now;
  world.engines_work = false;
  world.reconcile();
  world.reconcile();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count")) << "nothing else goes before it";
  EXPECT_THAT(world.pipeline.status.message, HasSubstr("waits for FlinkDeployment"));

  world.engines_work = true;
  world.settle();
  world.converge();
  EXPECT_TRUE(world.gone);
  EXPECT_THAT(world.workloads, IsEmpty());
  EXPECT_THAT(world.topics, IsEmpty());
  EXPECT_THAT(world.claims, IsEmpty());
}

TEST(DeletedPipelines, LeaveNothingAfterADeathBeforeAnyWrite) {
  for (int reconcile = 0; reconcile < 4; ++reconcile) {
    for (int write = 0; write < 4; ++write) {
      auto world = flow();
      world.pipeline.spec.deletion_policy = api::DeletionPolicy::kDelete;
      world.converge();
      world.pipeline.metadata.deletion_timestamp = world.now;
      for (int i = 0; i < reconcile; ++i) world.reconcile();
      if (!world.gone) world.reconcile(write);
      if (!world.gone) world.converge();
      EXPECT_TRUE(world.gone) << reconcile << ", " << write;
      EXPECT_THAT(world.workloads, IsEmpty());
      EXPECT_THAT(world.claims, IsEmpty());
      EXPECT_THAT(world.topics, IsEmpty());
    }
  }
}

TEST(DeletedPipelines, WaitForAPodOfAStage) {
  auto world = at_rest(of(kSpark).under_delete());
  world.pipeline.metadata.deletion_timestamp = world.now;
  world.workloads.clear();
  const auto plan = world.plan();
  EXPECT_THAT(plan.topics, IsEmpty());
  EXPECT_THAT(plan.claims, IsEmpty());
  EXPECT_THAT(plan.status.message, HasSubstr("pod "));
}

TEST(DeletedPipelines, KeepVolumesUnderRetain) {
  auto world = at_rest(of(kFlink));
  EXPECT_THAT(world.pipeline.metadata.finalizers, IsEmpty()) << "its workloads are garbage of their owner";
  world.pipeline.metadata.deletion_timestamp = world.now;
  const auto plan = world.plan();
  EXPECT_THAT(plan.claims, IsEmpty());
  EXPECT_THAT(plan.stages, IsEmpty());
}

}  // namespace
}  // namespace fusion::test
