#include <gmock/gmock.h>

#include "controllers/children.h"
#include "controllers/topics/plan.h"
#include "tests/unit/controllers/builders.h"

namespace fusion::topics {

// Named in failure messages.
void PrintTo(const Action& action, std::ostream* out) {
  static const char* const kNames[] = {"CreateTopic", "AddPartitions", "SetConfig", "ResetConfig",
                                       "DeleteTopic"};
  *out << kNames[action.index()] << "(" << topic_of(action) << ")";
}

namespace {

using api::ConditionStatus;
using api::TopicState;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace fusion::test;

Plan plan_for(const api::FusionPipeline& pipeline, const ObservedTopics& observed) {
  return plan(pipeline, observed, own_connection(), settings());
}

Plan plan_on_default(const api::FusionPipeline& pipeline, const ObservedTopics& observed,
                     const TopicPolicy& policy) {
  const auto options = settings_with_default(policy);
  return plan(pipeline, observed, {options.default_connection->kafka, true}, options);
}

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

TEST(TopicsPlan, RecordsAKeyBeforeItSetsIt) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("alerts", {.config = {{"retention.ms", "1"}}})
                                 .with_recorded(recorded("alerts")),
                             kafka_with("alerts"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_TRUE(plan.write_status_first);
  EXPECT_THAT(plan.status[0].set_keys, ElementsAre("retention.ms"));
  EXPECT_EQ(plan.ready.reason, "Applying");
}

TEST(TopicsPlan, RepairsAConfigThatDrifted) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("alerts", {.config = {{"retention.ms", "60000"}}})
                                 .with_recorded(recorded("alerts", {"retention.ms"})),
                             kafka_with("alerts", {.config = {{"retention.ms", "1"}}}));

  EXPECT_THAT(plan.actions, ElementsAre(Action(SetConfig{"alerts", "retention.ms", "60000"})));
}

TEST(TopicsPlan, ResetsAKeyThatItSetAndThatIsNoLongerDeclared) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts").with_recorded(recorded("alerts", {"retention.ms"})),
               kafka_with("alerts", {.config = {{"retention.ms", "60000"}}}));

  EXPECT_THAT(plan.actions, ElementsAre(Action(ResetConfig{"alerts", "retention.ms"})));
  EXPECT_THAT(plan.status[0].set_keys, ElementsAre("retention.ms"));
}

TEST(TopicsPlan, ForgetsAKeyOnlyOnceItIsReset) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts").with_recorded(recorded("alerts", {"retention.ms"})),
               kafka_with("alerts"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_THAT(plan.status[0].set_keys, IsEmpty());
}

TEST(TopicsPlan, NeverTouchesAKeyThatSomebodyElseSet) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts").with_recorded(recorded("alerts")),
                             kafka_with("alerts", {.config = {{"cleanup.policy", "compact"}}}));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
}

TEST(TopicsPlan, NeverAltersAnObservedTopic) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("flights", {.management = api::Management::kObserved})
                                 .with_recorded(recorded("flights", {"retention.ms"})),
                             kafka_with("flights", {.config = {{"retention.ms", "1"}}}));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_FALSE(plan.status[0].managed);
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

TEST(TopicsPlan, StopsHardAtATopicThatWasCreatedAnew) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts", {.partitions = 9}).with_recorded(created("alerts")),
               kafka_with("alerts", {.id = "other"}));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.reason, "TopicRecreated");
  EXPECT_THAT(plan.ready.message, HasSubstr("fusion-operator.io/accept-topic-id: alerts=other"));
  EXPECT_EQ(plan.status[0].topic_id, "id-alerts");
  EXPECT_TRUE(plan.stalled);
  EXPECT_FALSE(plan.usable.contains("alerts"));
}

TEST(TopicsPlan, UsesATopicThatWasCreatedAnewOnceItsIdIsAccepted) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("alerts")
                                 .with_recorded(created("alerts"))
                                 .with_annotation(controllers::kAcceptTopicIdAnnotation, "x=y, alerts=other"),
                             kafka_with("alerts", {.id = "other"}));

  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
  EXPECT_EQ(plan.status[0].topic_id, "other");
  EXPECT_FALSE(plan.status[0].created) << "somebody else created it";
}

TEST(TopicsPlan, AcceptsNoOtherIdThanTheNamedOne) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("alerts")
                                 .with_recorded(created("alerts"))
                                 .with_annotation(controllers::kAcceptTopicIdAnnotation, "alerts=other"),
                             kafka_with("alerts", {.id = "yet-another"}));

  EXPECT_EQ(plan.ready.reason, "TopicRecreated");
}

TEST(TopicsPlan, NeverCreatesADeletedTopicAnew) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts").with_recorded(created("alerts")), kafka_without("alerts"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.reason, "TopicDeleted");
  EXPECT_TRUE(plan.stalled);
}

TEST(TopicsPlan, StopsWhenTheConnectionLeadsToAnotherCluster) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts", {.partitions = 9}).with_recorded(created("alerts")),
               kafka_with("alerts").in_cluster("cluster-2"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.reason, "KafkaClusterChanged");
  EXPECT_THAT(plan.ready.message, HasSubstr("cluster-2"));
}

TEST(TopicsPlan, StartsAfreshWhenNothingWasCreatedInTheOtherCluster) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts").with_recorded(creating("alerts")),
                             kafka_with("alerts").in_cluster("cluster-2"));

  EXPECT_FALSE(plan.status[0].created) << "the topic of the other cluster was there before";
  EXPECT_EQ(plan.status[0].cluster_id, "cluster-2");
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

TEST(TopicsPlan, RefusesATopicThatAnotherPipelineManages) {
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

TEST(TopicsPlan, UsesATopicThatAnotherPipelineManagesWhenItOnlyObserves) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts", {.management = api::Management::kObserved}),
                             kafka_with("alerts").claimed_by(claim("alerts", "shop/clicks", "uid-2", 1)));

  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
  EXPECT_TRUE(plan.usable.contains("alerts"));
}

TEST(TopicsPlan, ManagesATopicOnceTheOtherPipelineDroppedIt) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts", {.partitions = 9}),
                             kafka_with("alerts").claimed_by(claim("alerts", "shop/orders", kUid, 1)));

  EXPECT_THAT(plan.actions, ElementsAre(Action(AddPartitions{"alerts", 9})));
  EXPECT_TRUE(plan.status[0].managed);
}

TEST(TopicsPlan, RefusesTopicsThatThePolicyOfTheDefaultConnectionDoesNotName) {
  const auto plan =
      plan_on_default(a_pipeline().without_kafka().with_topic("alerts"), kafka_without("alerts"), {});

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_FALSE(plan.write_status_first);
  EXPECT_EQ(plan.ready.reason, "TopicNotAllowed");
  EXPECT_THAT(plan.ready.message, HasSubstr("shop.*"));
  EXPECT_TRUE(plan.stalled);
}

TEST(TopicsPlan, ChecksObservedTopicsAgainstThePolicyToo) {
  const auto plan = plan_on_default(
      a_pipeline().without_kafka().with_topic("secrets", {.management = api::Management::kObserved}),
      kafka_with("secrets"), {});

  EXPECT_EQ(plan.ready.reason, "TopicNotAllowed");
  EXPECT_FALSE(plan.usable.contains("secrets"));
}

TEST(TopicsPlan, AsksNoPolicyForAConnectionOfThePipelinesOwn) {
  const auto plan = topics::plan(a_pipeline().with_topic("alerts"), kafka_with("alerts"), own_connection(),
                                 settings_with_default());

  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
}

TEST(TopicsPlan, TellsOfARefusedTopicEvenWhileKafkaIsDown) {
  const auto plan = plan_on_default(a_pipeline().without_kafka().with_topic("alerts").with_topic("shop.x"),
                                    a_kafka().down(), {});

  EXPECT_EQ(plan.ready.reason, "TopicNotAllowed");
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
