#include <gmock/gmock.h>

#include "controllers/children.h"
#include "tests/unit/controllers/topics_plan.h"

namespace fusion::topics {
namespace {

using api::ConditionStatus;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace fusion::test;

TEST(TopicsIdentity, StopsHardAtATopicThatWasCreatedAnew) {
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

TEST(TopicsIdentity, UsesATopicThatWasCreatedAnewOnceItsIdIsAccepted) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("alerts")
                                 .with_recorded(created("alerts"))
                                 .with_annotation(controllers::kAcceptTopicIdAnnotation, "x=y, alerts=other"),
                             kafka_with("alerts", {.id = "other"}));

  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
  EXPECT_EQ(plan.status[0].topic_id, "other");
  EXPECT_FALSE(plan.status[0].created) << "somebody else created it";
}

TEST(TopicsIdentity, AcceptsNoOtherIdThanTheNamedOne) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("alerts")
                                 .with_recorded(created("alerts"))
                                 .with_annotation(controllers::kAcceptTopicIdAnnotation, "alerts=other"),
                             kafka_with("alerts", {.id = "yet-another"}));

  EXPECT_EQ(plan.ready.reason, "TopicRecreated");
}

TEST(TopicsIdentity, NeverCreatesADeletedTopicAnew) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts").with_recorded(created("alerts")), kafka_without("alerts"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.reason, "TopicDeleted");
  EXPECT_TRUE(plan.stalled);
}

TEST(TopicsIdentity, StopsWhenTheConnectionLeadsToAnotherCluster) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts", {.partitions = 9}).with_recorded(created("alerts")),
               kafka_with("alerts").in_cluster("cluster-2"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.reason, "KafkaClusterChanged");
  EXPECT_THAT(plan.ready.message, HasSubstr("cluster-2"));
}

TEST(TopicsIdentity, StartsAfreshWhenNothingWasCreatedInTheOtherCluster) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts").with_recorded(creating("alerts")),
                             kafka_with("alerts").in_cluster("cluster-2"));

  EXPECT_FALSE(plan.status[0].created) << "the topic of the other cluster was there before";
  EXPECT_EQ(plan.status[0].cluster_id, "cluster-2");
}

}  // namespace
}  // namespace fusion::topics
