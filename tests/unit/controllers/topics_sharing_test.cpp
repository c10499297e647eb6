#include <gmock/gmock.h>

#include "tests/unit/controllers/topics_plan.h"

namespace fusion::topics {
namespace {

using api::ConditionStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace fusion::test;

Plan plan_on_default(const api::FusionPipeline& pipeline, const ObservedTopics& observed,
                     const TopicPolicy& policy) {
  const auto options = settings_with_default(policy);
  return plan(pipeline, observed, {options.default_connection->kafka, true}, options);
}

TEST(TopicsSharing, RefusesATopicThatAnotherPipelineManages) {
  auto other = claim("alerts", "shop/clicks", "uid-2", 2000);
  other.manages = true;

  const auto plan =
      plan_for(a_pipeline().with_topic("alerts", {.partitions = 9}),
               kafka_with("alerts").claimed_by(other).claimed_by(claim("alerts", "shop/orders", kUid, 1)));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.reason, "TopicConflict");
  EXPECT_EQ(plan.ready.message,
            "topic alerts is managed by shop/clicks: set management: Observed here, or remove it there");
  EXPECT_FALSE(plan.status[0].managed);
  EXPECT_FALSE(plan.usable.contains("alerts"));
}

TEST(TopicsSharing, UsesATopicThatAnotherPipelineManagesWhenItOnlyObserves) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts", {.management = api::Management::kObserved}),
                             kafka_with("alerts").claimed_by(claim("alerts", "shop/clicks", "uid-2", 1)));

  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
  EXPECT_TRUE(plan.usable.contains("alerts"));
}

TEST(TopicsSharing, ManagesATopicOnceTheOtherPipelineDroppedIt) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts", {.partitions = 9}),
                             kafka_with("alerts").claimed_by(claim("alerts", "shop/orders", kUid, 1)));

  EXPECT_THAT(plan.actions, ElementsAre(Action(AddPartitions{"alerts", 9})));
  EXPECT_TRUE(plan.status[0].managed);
}

TEST(TopicsSharing, RefusesTopicsThatThePolicyOfTheDefaultConnectionDoesNotName) {
  const auto plan =
      plan_on_default(a_pipeline().without_kafka().with_topic("alerts"), kafka_without("alerts"), {});

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_FALSE(plan.write_status_first);
  EXPECT_EQ(plan.ready.reason, "TopicNotAllowed");
  EXPECT_THAT(plan.ready.message, HasSubstr("shop.*"));
  EXPECT_TRUE(plan.stalled);
}

TEST(TopicsSharing, ChecksObservedTopicsAgainstThePolicyToo) {
  const auto plan = plan_on_default(
      a_pipeline().without_kafka().with_topic("secrets", {.management = api::Management::kObserved}),
      kafka_with("secrets"), {});

  EXPECT_EQ(plan.ready.reason, "TopicNotAllowed");
  EXPECT_FALSE(plan.usable.contains("secrets"));
}

TEST(TopicsSharing, AsksNoPolicyForAConnectionOfThePipelinesOwn) {
  const auto plan = topics::plan(a_pipeline().with_topic("alerts"), kafka_with("alerts"), own_connection(),
                                 settings_with_default());

  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
}

TEST(TopicsSharing, AsksKafkaForNoTopicThatThePolicyRefuses) {
  auto pipeline = a_pipeline().with_topic("alerts").with_topic("shop.x").with_recorded(recorded("old"));
  EXPECT_THAT(topics_to_observe(pipeline, settings_with_default()), ElementsAre("alerts", "shop.x"));

  pipeline.without_kafka();
  EXPECT_THAT(topics_to_observe(pipeline, settings_with_default()), ElementsAre("shop.x"));
  pipeline.deleted_at({});
  EXPECT_THAT(topics_to_observe(pipeline, settings_with_default()), ElementsAre("shop.x"));
}

TEST(TopicsSharing, TellsOfARefusedTopicEvenWhileKafkaIsDown) {
  const auto plan = plan_on_default(a_pipeline().without_kafka().with_topic("alerts").with_topic("shop.x"),
                                    a_kafka().down(), {});

  EXPECT_EQ(plan.ready.reason, "TopicNotAllowed");
}

}  // namespace
}  // namespace fusion::topics
