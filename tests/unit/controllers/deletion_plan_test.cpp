#include <gmock/gmock.h>

#include "controllers/bridges/child_name.h"
#include "controllers/pipeline/deletion.h"
#include "tests/unit/controllers/world.h"

namespace fusion::pipeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace fusion::test;
using std::chrono::seconds;

World being_deleted() {
  World world(a_pipeline().with_bridge("clicks").with_volume("1Gi").under_delete());
  world.converge();
  world.log.clear();
  world.pipeline.metadata.deletion_timestamp = world.now;
  return world;
}

TEST(Finalizer, IsNeededOnlyUnderDeleteAndForSomethingOutside) {
  EXPECT_FALSE(needs_finalizer(a_pipeline().with_bridge("clicks")));
  EXPECT_TRUE(needs_finalizer(a_pipeline().with_bridge("clicks").under_delete()));
  EXPECT_TRUE(needs_finalizer(a_pipeline().with_topic("alerts").under_delete()));
  EXPECT_FALSE(needs_finalizer(
      a_pipeline().with_topic("alerts", {.management = api::Management::kObserved}).under_delete()));
  EXPECT_TRUE(
      needs_finalizer(a_pipeline().under_delete().with_recorded_bridge("gone", "a", "b", "Removing")));
}

TEST(Finalizer, IsThereBeforeAnythingIsMade) {
  World world(a_pipeline().with_topic("alerts").under_delete());

  const auto plan = world.plan();

  EXPECT_TRUE(plan.add_finalizer);
  EXPECT_THAT(plan.topics, IsEmpty());
  EXPECT_THAT(plan.status.topics, IsEmpty()) << "Creating is not written before the finalizer is there";
  EXPECT_EQ(plan.wake_up, seconds(0));
}

TEST(Finalizer, GoesWhenThePolicyBecomesRetain) {
  World world(a_pipeline().with_topic("alerts").under_delete());
  world.converge();
  world.pipeline.spec.deletion_policy = api::DeletionPolicy::kRetain;

  EXPECT_TRUE(world.plan().remove_finalizer);
}

TEST(DeletionPlan, HasNothingToDoWithoutOurFinalizer) {
  World world(a_pipeline().with_bridge("clicks"));
  world.converge();
  world.pipeline.metadata.deletion_timestamp = world.now;
  world.pipeline.metadata.finalizers = {"somebody/else"};

  const auto plan = world.plan();

  EXPECT_FALSE(plan.remove_finalizer);
  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(plan.status, world.pipeline.status);
}

TEST(DeletionPlan, StopsBridgesBeforeItTouchesKafka) {
  const auto plan = being_deleted().plan();

  EXPECT_THAT(plan.bridges, SizeIs(1));
  EXPECT_THAT(plan.topics, IsEmpty());
  EXPECT_THAT(plan.claims, IsEmpty());
  EXPECT_EQ(condition(plan.status, "Ready").reason, "Deleting");
  EXPECT_EQ(condition(plan.status, "Reconciling").status, api::ConditionStatus::kTrue);
}

TEST(DeletionPlan, WaitsForPodsThatStillStop) {
  auto world = being_deleted();
  world.reconcile();
  world.pods["late"].child = bridges::child_name("orders", "clicks");
  world.pods["late"].name = "late";
  world.pods["late"].terminating = true;
  world.pods["late"].controller_uid = "set-that-is-gone";

  const auto plan = world.plan();

  EXPECT_THAT(plan.topics, IsEmpty());
  EXPECT_THAT(plan.status.message, HasSubstr("pod late"));
}

TEST(DeletionPlan, WaitsVisiblyForKafka) {
  auto world = being_deleted();
  world.reconcile();
  world.kafka_down = true;

  const auto plan = world.plan();

  EXPECT_FALSE(plan.remove_finalizer);
  EXPECT_THAT(plan.status.message, HasSubstr("kafka:9092 does not answer"));
  EXPECT_THAT(plan.status.message, HasSubstr("spec.deletionPolicy: Retain"));
  EXPECT_EQ(plan.wake_up, settings().status_interval);
}

TEST(DeletionPlan, WaitsForNoKafkaThatItNeverReached) {
  World world(a_pipeline().with_bridge("clicks").under_delete());
  world.pipeline.metadata.finalizers = {api::kFinalizer};
  world.kafka_down = true;
  world.pipeline.metadata.deletion_timestamp = world.now;

  EXPECT_TRUE(world.plan().remove_finalizer);
}

TEST(DeletionPlan, NeedsNoKafkaOnceThePolicyIsRetain) {
  auto world = being_deleted();
  world.kafka_down = true;
  world.pipeline.spec.deletion_policy = api::DeletionPolicy::kRetain;
  world.converge();

  EXPECT_TRUE(world.gone);
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_THAT(world.topics, SizeIs(2));
  EXPECT_THAT(world.claims, SizeIs(1));
}

TEST(DeletionPlan, GivesUpInATerminatingNamespaceAfterFiveMinutes) {
  auto world = being_deleted();
  world.reconcile();
  world.kafka_down = true;
  auto observed = world.observe();
  observed.namespace_terminating = true;
  const auto at = [&](seconds after) {
    return plan(world.pipeline, observed, world.options, *world.pipeline.metadata.deletion_timestamp + after);
  };

  EXPECT_FALSE(at(seconds(299)).remove_finalizer);
  EXPECT_EQ(at(seconds(299)).wake_up, seconds(1));
  EXPECT_TRUE(at(seconds(300)).remove_finalizer);
  EXPECT_THAT(at(seconds(300)).kept, SizeIs(2));
  EXPECT_THAT(at(seconds(300)).topics, IsEmpty());
}

TEST(DeletionPlan, NeverGivesUpElsewhere) {
  auto world = being_deleted();
  world.reconcile();
  world.kafka_down = true;
  world.now += std::chrono::hours(24);

  EXPECT_FALSE(world.plan().remove_finalizer);
}

TEST(DeletionPlan, DeletesEvenIfTheSpecBecameInvalid) {
  auto world = being_deleted();
  world.pipeline.spec.bridges[0].to_topic = "no-such-topic";
  world.converge();

  EXPECT_TRUE(world.gone);
  EXPECT_THAT(world.topics, IsEmpty());
}

TEST(DeletionPlan, TellsWhatItLeavesBehind) {
  auto world = being_deleted();
  world.topics["clicks"].topic_id = "other";
  Plan last;
  while (!world.gone) {
    last = world.plan();
    world.reconcile();
  }

  EXPECT_TRUE(last.remove_finalizer);
  EXPECT_THAT(last.kept, ElementsAre(HasSubstr("topic clicks is kept")));
}

TEST(DeletionPlan, WaitsForMissingSecretsInsteadOfForgettingTopics) {
  World world(a_pipeline().with_bridge("clicks").with_kafka(secured_kafka()).under_delete());
  world.secrets = good_secrets();
  world.converge();
  world.secrets.clear();
  world.pipeline.metadata.deletion_timestamp = world.now;
  world.reconcile();

  const auto plan = world.plan();

  EXPECT_FALSE(plan.remove_finalizer);
  EXPECT_THAT(plan.topics, IsEmpty());
  EXPECT_THAT(plan.status.message, HasSubstr("Secret shop/kafka-ca"));
}

}  // namespace
}  // namespace fusion::pipeline
