#include <gmock/gmock.h>

#include "controllers/children.h"
#include "controllers/stages/render.h"
#include "tests/unit/controllers/stage_world.h"

/// The checkpoint volumes of stages.
namespace fusion::test {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const api::Condition& checkpoints_ready(const World& world) {
  return condition(world.pipeline.status, "CheckpointsReady");
}

TEST(StageClaims, AreCreatedOnceBeforeTheWorkload) {
  World world(a_pipeline().with(kFlink).with_volume("1Gi", "fast"));
  world.converge();

  const auto name = "state-" + stages::child_name(world.pipeline, "count");
  EXPECT_EQ(std::ranges::count(world.log, "CreateClaim " + name), 1);
  EXPECT_LT(std::ranges::find(world.log, "CreateClaim " + name),
            std::ranges::find(world.log, "CreateWorkload count"));
  const auto& claim = world.claims.at(name);
  EXPECT_EQ(claim.size, "1Gi");
  EXPECT_EQ(claim.storage_class_name, "fast");
  EXPECT_EQ(claim.child, stages::child_name(world.pipeline, "count"));
  EXPECT_EQ(checkpoints_ready(world).status, api::ConditionStatus::kTrue);
  EXPECT_EQ(world.stage_status("count").checkpoints, name);
}

TEST(StageClaims, AreNotMadeOfAVolumeThatTheStagesPodsCannotShare) {
  World world(a_pipeline().with(kFlink).with_volume("1Gi"));
  world.nodes = 3;
  world.converge();
  EXPECT_EQ(condition(world.pipeline.status, "StagesReady").reason, "VolumeNotShared");
  EXPECT_THAT(world.claims, IsEmpty()) << "its access modes could not be changed any more";
  world.pipeline.spec.checkpoints.volume->access_modes = {"ReadWriteMany"};
  world.converge();
  EXPECT_EQ(world.stage_status("count").state, "Running");
}

TEST(StageClaims, ThatCannotBeMadeSayWhy) {
  World world(a_pipeline().with(kFlink).with_volume("1Gi"));
  while (world.plan().claims.empty()) ASSERT_TRUE(world.reconcile());
  const auto name = "state-" + stages::child_name(world.pipeline, "count");
  world.claim_failures[name] = {"Forbidden", "exceeded quota", false};
  EXPECT_EQ(condition(world.plan().status, "CheckpointsReady").reason, "Forbidden");
}

TEST(StageClaims, GoWithTheTemplateUnderDelete) {
  auto world = at_rest(a_pipeline().with(kFlink).with_volume("1Gi").under_delete());
  world.pipeline.spec.stages[0].workload_template.reset();
  world.pipeline.spec.stages[0].workload_ref = a_ref("count", "clicks", "counts", false).workload_ref;
  world.converge();
  EXPECT_THAT(world.claims, IsEmpty());
}

TEST(StageClaims, AreAskedForAsDeclaredAndOwnedByNobody) {
  auto pipeline = a_pipeline().with(kFlink).with_volume("1Gi");
  pipeline.value().spec.checkpoints.volume->access_modes = {"ReadWriteMany"};
  World world(pipeline);
  while (world.plan().claims.empty()) ASSERT_TRUE(world.reconcile());
  const auto plan = world.plan();
  ASSERT_THAT(plan.claims, SizeIs(1));
  const auto body = nlohmann::json::parse(std::get<checkpoints::CreateClaim>(plan.claims[0]).body);
  EXPECT_EQ(body["spec"]["accessModes"], nlohmann::json({"ReadWriteMany"}));
  EXPECT_EQ(body["spec"]["resources"]["requests"]["storage"], "1Gi");
  EXPECT_FALSE(body["spec"].contains("storageClassName")) << "the cluster's default";
  EXPECT_EQ(body["metadata"]["labels"][controllers::kPipelineLabel], "orders");
  EXPECT_FALSE(body["metadata"].contains("ownerReferences")) << "it outlives workload and pipeline";
}

TEST(StageClaims, AreOfStreamingStagesWithPodsOfTheirOwnAndNoUri) {
  auto with_uri = a_pipeline().with(kFlink).with_volume("1Gi");
  with_uri.value().spec.checkpoints.uri = "s3://state";
  auto own_uri = a_pipeline().with(kFlink).with_volume("1Gi");
  own_uri.value().spec.stages[0].checkpoints = api::Checkpoints{.uri = "s3://state"};
  const std::vector<api::FusionPipeline> without{
      with_uri,
      own_uri,
      a_pipeline().with(a_batch("count", "clicks", "counts")).with_volume("1Gi"),
      a_pipeline().with(a_session_job("count", "clicks", "counts")).with_volume("1Gi"),
      a_pipeline().with(a_ref("count", "clicks", "counts", true)).with_volume("1Gi"),
      a_pipeline().with(kFlink)};
  for (const auto& pipeline : without) EXPECT_THAT(at_rest(pipeline).claims, IsEmpty());
}

TEST(StageClaims, FollowTheStagesOwnDeclaration) {
  auto pipeline = a_pipeline().with(kFlink).with(a_spark_stage("sum", "counts", "sums")).with_volume("1Gi");
  pipeline.value().spec.stages[0].checkpoints = api::Checkpoints{.volume = api::Volume{"7Gi", "fast", {}}};
  const auto world = at_rest(pipeline);
  EXPECT_EQ(world.claims.at("state-" + stages::child_name(world.pipeline, "count")).size, "7Gi");
  EXPECT_EQ(world.claims.at("state-" + stages::child_name(world.pipeline, "sum")).size, "1Gi");
}

TEST(StageClaims, GrowAndLeaveTheWorkloadAlone) {
  auto world = at_rest(a_pipeline().with(kFlink).with_volume("1Gi"));
  world.pipeline.spec.checkpoints.volume->size = "2Gi";
  world.converge();
  EXPECT_THAT(world.log, SizeIs(1));
  EXPECT_THAT(world.log, Each(StartsWith("GrowClaim state-")));
  EXPECT_EQ(world.claims.begin()->second.size, "2Gi");
}

TEST(StageClaims, NeverShrink) {
  auto pipeline = a_pipeline().with(kFlink);
  pipeline.value().spec.stages[0].checkpoints = api::Checkpoints{.volume = api::Volume{"2Gi", {}, {}}};
  auto world = at_rest(pipeline);
  world.pipeline.spec.stages[0].checkpoints->volume->size = "1Gi";
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_EQ(checkpoints_ready(world).reason, "VolumeCannotShrink");
  EXPECT_THAT(checkpoints_ready(world).message, HasSubstr("spec.stages[count].checkpoints.volume.size"));
  EXPECT_THAT(checkpoints_ready(world).message, HasSubstr("2Gi"));
}

TEST(StageClaims, KeepTheirStorageClass) {
  auto world = at_rest(a_pipeline().with(kFlink).with_volume("1Gi", "fast"));
  world.pipeline.spec.checkpoints.volume->storage_class_name = "slow";
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_EQ(checkpoints_ready(world).reason, "StorageClassImmutable");
}

TEST(StageClaims, AreWaitedForWhileAnOldOneIsDeleted) {
  auto world = at_rest(a_pipeline().with(kFlink).with_volume("1Gi"));
  world.claims.begin()->second.terminating = true;
  const auto plan = world.plan();
  EXPECT_THAT(plan.claims, IsEmpty());
  EXPECT_EQ(condition(plan.status, "CheckpointsReady").reason, "ChildTerminating");
}

TEST(StageClaims, StayWithARemovedStageUnlessThePolicyIsDelete) {
  for (const bool deletes : {false, true}) {
    auto pipeline = a_pipeline().with(kFlink).with_volume("1Gi");
    if (deletes) pipeline.under_delete();
    auto world = at_rest(pipeline);
    world.pipeline.spec.stages.clear();
    world.converge();
    EXPECT_THAT(world.claims, SizeIs(deletes ? 0 : 1));
    EXPECT_THAT(world.workloads, IsEmpty());
  }
}

}  // namespace
}  // namespace fusion::test
