#include <gmock/gmock.h>

#include "controllers/checkpoints/plan.h"
#include "tests/unit/controllers/world.h"

namespace fusion::checkpoints {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;
using namespace fusion::test;

World at_rest(const std::string& size = "5Gi", std::optional<std::string> storage_class = "standard") {
  World world(
      a_pipeline().with_bridge("clicks", {.replicas = 2}).with_volume(size, std::move(storage_class)));
  world.converge();
  world.log.clear();
  return world;
}

const api::Condition& checkpoints_ready(const World& world) {
  return condition(world.pipeline.status, "CheckpointsReady");
}

std::string claimed_size(const World& world) {
  return world.only_set()["spec"]["volumeClaimTemplates"][0]["spec"]["resources"]["requests"]["storage"];
}

TEST(CheckpointsPlan, IsReadyOnceAllClaimsAreBound) {
  auto world = at_rest();

  EXPECT_EQ(checkpoints_ready(world).status, api::ConditionStatus::kTrue);
  const auto& status = world.pipeline.status.checkpoint_volumes.at(0);
  EXPECT_EQ(status.claims, 2);
  EXPECT_EQ(status.bound, 2);
  EXPECT_EQ(status.storage_class_name, "standard");

  world.claims.begin()->second.bound = false;
  EXPECT_EQ(condition(world.plan().status, "CheckpointsReady").reason, "ClaimsPending");
}

TEST(CheckpointsPlan, GrowsClaimsAndThenMakesTheSetAnewWithoutTouchingItsPods) {
  auto world = at_rest();
  const auto pods = world.pods;
  world.pipeline.spec.checkpoints.volume->size = "6Gi";
  world.converge();

  EXPECT_EQ(world.log.at(0).substr(0, 9), "GrowClaim");
  EXPECT_EQ(world.log.at(1).substr(0, 9), "GrowClaim");
  EXPECT_EQ(world.log.at(2), "OrphanStatefulSet clicks");
  EXPECT_EQ(world.log.at(3), "CreateStatefulSet clicks");
  EXPECT_THAT(world.log, SizeIs(4));
  EXPECT_EQ(claimed_size(world), "6Gi");
  for (const auto& [name, pod] : pods) EXPECT_EQ(world.pods.at(name).uid, pod.uid) << "the same pod, adopted";
  for (const auto& [name, claim] : world.claims) EXPECT_EQ(claim.size, "6Gi");
  EXPECT_EQ(checkpoints_ready(world).status, api::ConditionStatus::kTrue);
}

TEST(CheckpointsPlan, TakesAnotherWritingOfTheSameSizeForNoChange) {
  auto world = at_rest("1Gi");
  world.pipeline.spec.checkpoints.volume->size = "1024Mi";
  world.converge();

  EXPECT_THAT(world.log, Each(Not(StartsWith("Grow"))));
  EXPECT_THAT(world.log, Each(Not(StartsWith("Orphan"))));
}

TEST(CheckpointsPlan, RefusesToShrink) {
  auto world = at_rest();
  world.pipeline.spec.checkpoints.volume->size = "4Gi";
  world.converge();

  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_EQ(checkpoints_ready(world).reason, "VolumeCannotShrink");
  EXPECT_THAT(checkpoints_ready(world).message, HasSubstr("5Gi"));
  EXPECT_EQ(world.pipeline.status.bridges.at(0).state, "Running");
  EXPECT_EQ(condition(world.pipeline.status, "Stalled").status, api::ConditionStatus::kTrue);
}

TEST(CheckpointsPlan, RefusesAnotherStorageClassAndKeepsTheOldOneRunning) {
  auto world = at_rest();
  world.pipeline.spec.checkpoints.volume->storage_class_name = "fast";
  world.converge();

  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_EQ(checkpoints_ready(world).reason, "StorageClassImmutable");
  EXPECT_EQ(world.pipeline.status.bridges.at(0).state, "Running");
}

TEST(CheckpointsPlan, RefusesOtherAccessModes) {
  auto world = at_rest();
  world.pipeline.spec.checkpoints.volume->access_modes = {"ReadWriteMany"};
  world.converge();

  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_EQ(checkpoints_ready(world).reason, "AccessModesImmutable");
}

TEST(CheckpointsPlan, StillGrowsUnderARefusedStorageClass) {
  auto world = at_rest();
  world.pipeline.spec.checkpoints.volume = api::Volume{"6Gi", "fast", {}};
  world.converge();

  EXPECT_EQ(claimed_size(world), "6Gi");
  EXPECT_EQ(checkpoints_ready(world).reason, "StorageClassImmutable");
}

TEST(CheckpointsPlan, RefusesAnotherStorageClassAfterTheSetWentAndItsClaimsStayed) {
  auto world = at_rest();
  world.sets.clear();
  world.pods.clear();
  world.pipeline.spec.checkpoints.volume->storage_class_name = "fast";
  world.converge();

  EXPECT_EQ(checkpoints_ready(world).reason, "StorageClassImmutable");
  EXPECT_EQ(world.only_set()["spec"]["volumeClaimTemplates"][0]["spec"]["storageClassName"], "standard");
}

TEST(CheckpointsPlan, LetsTheStorageClassChangeWhileThereAreNoClaims) {
  auto world = at_rest();
  world.pipeline.spec.suspend = true;
  world.converge();
  world.claims.clear();
  world.pipeline.spec.checkpoints.volume->storage_class_name = "fast";
  world.pipeline.spec.suspend = false;
  world.converge();

  EXPECT_EQ(checkpoints_ready(world).status, api::ConditionStatus::kTrue);
  for (const auto& [name, claim] : world.claims) EXPECT_EQ(claim.storage_class_name, "fast");
}

TEST(CheckpointsPlan, GrowsOnEvenIfTheWishWasTakenBackHalfway) {
  auto world = at_rest();
  world.claims.begin()->second.size = "6Gi";  // died after the first of two claims; the spec says 5Gi again
  world.converge();

  for (const auto& [name, claim] : world.claims) EXPECT_EQ(claim.size, "6Gi");
  EXPECT_EQ(claimed_size(world), "6Gi");
  EXPECT_EQ(checkpoints_ready(world).reason, "VolumeCannotShrink");
}

TEST(CheckpointsPlan, SaysWhatTheServerAnsweredAndKeepsTheSet) {
  auto world = at_rest();
  world.pipeline.spec.checkpoints.volume->size = "6Gi";
  for (auto& [name, claim] : world.claims) {
    claim.failure = controllers::Failure{"VolumeCannotGrow", "storage class standard does not expand", true};
  }

  const auto plan = world.plan();

  EXPECT_EQ(condition(plan.status, "CheckpointsReady").reason, "VolumeCannotGrow");
  EXPECT_THAT(plan.bridges, IsEmpty());
}

TEST(CheckpointsPlan, AddsAndRemovesTheVolumeByMakingTheSetAnew) {
  auto world = at_rest();
  world.pipeline.spec.checkpoints.volume.reset();
  world.converge();
  EXPECT_FALSE(world.only_set()["spec"].contains("volumeClaimTemplates"));
  EXPECT_THAT(world.claims, SizeIs(2)) << "claims are kept";

  world.pipeline.spec.checkpoints.volume = api::Volume{"5Gi", std::nullopt, {}};
  world.converge();
  EXPECT_TRUE(world.only_set()["spec"].contains("volumeClaimTemplates"));
  EXPECT_EQ(condition(world.pipeline.status, "Ready").status, api::ConditionStatus::kTrue);
}

TEST(CheckpointsPlan, AsksForNoClaimsOfASuspendedPipeline) {
  World world(a_pipeline().with_bridge("clicks").with_volume("1Gi").suspended());
  world.converge();

  EXPECT_THAT(world.claims, IsEmpty());
  EXPECT_EQ(checkpoints_ready(world).status, api::ConditionStatus::kTrue);
}

TEST(CheckpointsPlan, AsksForNoClaimsOfASuspendedBridge) {
  auto pipeline = a_pipeline().with_bridge("clicks").with_volume("1Gi").value();
  pipeline.spec.bridges[0].suspend = true;
  World world(pipeline);
  world.converge();

  EXPECT_THAT(world.claims, IsEmpty());
  EXPECT_EQ(checkpoints_ready(world).status, api::ConditionStatus::kTrue);
}

TEST(CheckpointsPlan, NeverDeletesTheClaimsOfSomethingElse) {
  World world(a_pipeline().with_bridge("clicks").with_volume("1Gi").under_delete());
  world.claims["state-other-0"].child = "other";
  world.claims["state-other-0"].name = "state-other-0";
  world.converge();
  world.pipeline.metadata.deletion_timestamp = world.now;
  world.converge();

  EXPECT_TRUE(world.gone);
  EXPECT_TRUE(world.claims.contains("state-other-0"));
}

}  // namespace
}  // namespace fusion::checkpoints
