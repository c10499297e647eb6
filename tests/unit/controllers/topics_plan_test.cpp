#include "tests/unit/controllers/topics_plan.h"

#include <gmock/gmock.h>

namespace fusion::topics {
namespace {

using api::ConditionStatus;
using api::TopicState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace fusion::test;

TEST(TopicsPlan, WritesCreatingBeforeItCreates) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts", {.config = {{"retention.ms", "60000"}}}),
                             kafka_without("alerts"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_TRUE(plan.write_status_first);
  ASSERT_EQ(plan.status.size(), 1u);
  EXPECT_EQ(plan.status[0].state, TopicState::kCreating);
  EXPECT_TRUE(plan.status[0].created);
  EXPECT_TRUE(plan.status[0].managed);
  EXPECT_EQ(plan.status[0].cluster_id, kCluster);
  EXPECT_THAT(plan.status[0].set_keys, ElementsAre("retention.ms"));
}

TEST(TopicsPlan, CreatesATopicOnceStatusSaysCreating) {
  const auto pipeline =
      a_pipeline()
          .with_topic("alerts",
                      {.partitions = 6, .replication_factor = 3, .config = {{"retention.ms", "60000"}}})
          .with_recorded(creating("alerts"));

  const auto plan = plan_for(pipeline, kafka_without("alerts"));

  EXPECT_THAT(plan.actions, ElementsAre(Action(CreateTopic{"alerts", 6, 3, {{"retention.ms", "60000"}}})));
  EXPECT_EQ(plan.ready.status, ConditionStatus::kFalse);
  EXPECT_FALSE(plan.stalled);
  EXPECT_FALSE(plan.write_status_first);
}

TEST(TopicsPlan, LeavesTheReplicationFactorToTheBrokerUnlessDeclared) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts").with_recorded(creating("alerts")), kafka_without("alerts"));

  EXPECT_THAT(plan.actions, ElementsAre(Action(CreateTopic{"alerts", 1, -1, {}})));
}

TEST(TopicsPlan, CountsATopicThatAppearedAfterCreatingAsCreatedByUs) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts").with_recorded(creating("alerts")), kafka_with("alerts"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_TRUE(plan.status[0].created);
  EXPECT_EQ(plan.status[0].topic_id, "id-alerts");
  EXPECT_EQ(plan.status[0].state, TopicState::kReady);
  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
}

TEST(TopicsPlan, StaysCreatingWhileKafkaRefusesToDescribe) {
  auto kafka = a_kafka();
  ObservedTopics observed = kafka;
  observed.topics["alerts"].state = ObservedTopic::State::kDenied;
  observed.topics["alerts"].failure =
      controllers::Failure{"KafkaDenied", "not authorized to describe alerts", false};

  const auto plan = plan_for(a_pipeline().with_topic("alerts").with_recorded(creating("alerts")), observed);

  EXPECT_EQ(plan.status[0].state, TopicState::kCreating);
  EXPECT_TRUE(plan.status[0].created);
  EXPECT_EQ(plan.ready.reason, "KafkaDenied");
}

TEST(TopicsPlan, TakesOverATopicThatWasThereBeforeWithoutCallingItCreated) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts"), kafka_with("alerts", {.partitions = 4}));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_TRUE(plan.status[0].managed);
  EXPECT_FALSE(plan.status[0].created);
  EXPECT_EQ(plan.status[0].partitions, 4);
}

TEST(TopicsPlan, AddsPartitions) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts", {.partitions = 6}).with_recorded(recorded("alerts")),
               kafka_with("alerts", {.partitions = 3}));

  EXPECT_THAT(plan.actions, ElementsAre(Action(AddPartitions{"alerts", 6})));
}

TEST(TopicsPlan, RefusesFewerPartitionsAndStillAltersConfig) {
  const auto pipeline = a_pipeline()
                            .with_topic("alerts", {.partitions = 3, .config = {{"retention.ms", "60000"}}})
                            .with_recorded(recorded("alerts", {"retention.ms"}));

  const auto plan = plan_for(pipeline, kafka_with("alerts", {.partitions = 6}));

  EXPECT_THAT(plan.actions, ElementsAre(Action(SetConfig{"alerts", "retention.ms", "60000"})));
  EXPECT_EQ(plan.ready.reason, "PartitionsCannotShrink");
  EXPECT_EQ(plan.status[0].message,
            "topic alerts has 6 partitions and spec.topics[alerts].partitions asks for 3: Kafka cannot take "
            "partitions away; set it to 6 or more");
  EXPECT_TRUE(plan.stalled);
  EXPECT_TRUE(plan.usable.contains("alerts"));
}

TEST(TopicsPlan, RefusesAnotherReplicationFactorAndStillAddsPartitions) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("alerts", {.partitions = 6, .replication_factor = 3})
                                 .with_recorded(recorded("alerts")),
                             kafka_with("alerts", {.partitions = 3, .replication_factor = 1}));

  EXPECT_THAT(plan.actions, ElementsAre(Action(AddPartitions{"alerts", 6})));
  EXPECT_EQ(plan.ready.reason, "ReplicationFactorImmutable");
  EXPECT_THAT(plan.ready.message, HasSubstr("spec.topics[alerts].replicationFactor asks for 3"));
}

TEST(TopicsPlan, LeavesUndeclaredPartitionsAlone) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts").with_recorded(recorded("alerts")),
                             kafka_with("alerts", {.partitions = 12, .replication_factor = 3}));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
}

TEST(TopicsPlan, WaitsForAnObservedTopicThatDoesNotExist) {
  const auto plan = plan_for(a_pipeline().with_topic("flights", {.management = api::Management::kObserved}),
                             kafka_without("flights"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.reason, "TopicNotFound");
  EXPECT_FALSE(plan.stalled);
  EXPECT_FALSE(plan.usable.contains("flights"));
}

TEST(TopicsPlan, KnowsNothingWhileKafkaIsDownAndForgetsNothing) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts").with_recorded(created("alerts")), a_kafka().down());

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.status, ConditionStatus::kUnknown);
  EXPECT_EQ(plan.ready.reason, "KafkaUnreachable");
  EXPECT_EQ(plan.status[0], created("alerts"));
  EXPECT_THAT(plan.usable, IsEmpty());
}

TEST(TopicsPlan, GuessesNothingBeforeKafkaAnswered) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts"), {});

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.reason, "KafkaNotObserved");
  EXPECT_EQ(plan.ready.status, ConditionStatus::kUnknown);
  EXPECT_EQ(plan.status[0].state, TopicState::kPending);
}

TEST(TopicsPlan, SaysWhatKafkaAnsweredToTheLastAttempt) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts").with_recorded(creating("alerts")),
                             kafka_without("alerts").failing(
                                 "alerts", {"InvalidReplicationFactor", "3 replicas need 3 brokers", true}));

  EXPECT_EQ(plan.ready.reason, "InvalidReplicationFactor");
  EXPECT_TRUE(plan.stalled);
  EXPECT_EQ(plan.status[0].state, TopicState::kCreating);
  EXPECT_EQ(plan.actions.size(), 1u) << "it is tried again";
}

TEST(TopicsPlan, ForgetsAFailureOnceNothingIsLeftToDo) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts").with_recorded(recorded("alerts")),
                             kafka_with("alerts").failing("alerts", {"InvalidConfig", "no", true}));

  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
}

TEST(TopicsPlan, LetsOneBadTopicNotStopTheOthers) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("alerts", {.partitions = 1})
                                 .with_topic("orders", {.partitions = 4})
                                 .with_recorded(recorded("alerts"))
                                 .with_recorded(recorded("orders")),
                             kafka_with("alerts", {.partitions = 2}).with("orders", {.partitions = 2}));

  EXPECT_THAT(plan.actions, ElementsAre(Action(AddPartitions{"orders", 4})));
  EXPECT_EQ(plan.ready.reason, "PartitionsCannotShrink");
}

TEST(TopicsPlan, KeepsTheOrderOfTheSpec) {
  const auto plan = plan_for(a_pipeline().with_topic("b").with_topic("a").with_recorded(recorded("a")),
                             kafka_with("a").with("b"));

  ASSERT_EQ(plan.status.size(), 2u);
  EXPECT_EQ(plan.status[0].name, "b");
  EXPECT_EQ(plan.status[1].name, "a");
}

}  // namespace
}  // namespace fusion::topics
