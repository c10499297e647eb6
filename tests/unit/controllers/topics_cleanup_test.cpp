#include <gmock/gmock.h>

#include "controllers/topics/plan.h"
#include "tests/unit/controllers/builders.h"

namespace fusion::topics {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace fusion::test;

CleanupPlan cleanup_of(const api::FusionPipeline& pipeline, const ObservedTopics& observed) {
  return cleanup(pipeline, observed, own_connection(), settings());
}

TEST(TopicsCleanup, DeletesWhatWeCreatedById) {
  const auto plan =
      cleanup_of(a_pipeline().with_topic("alerts").with_recorded(created("alerts")), kafka_with("alerts"));

  EXPECT_THAT(plan.actions, ElementsAre(Action(DeleteTopic{"alerts", "id-alerts"})));
  EXPECT_FALSE(plan.done);
}

TEST(TopicsCleanup, IsDoneOnceTheTopicIsGone) {
  EXPECT_TRUE(
      cleanup_of(a_pipeline().with_topic("alerts").with_recorded(created("alerts")), kafka_without("alerts"))
          .done);
}

TEST(TopicsCleanup, KeepsWhatWasThereBefore) {
  const auto plan =
      cleanup_of(a_pipeline().with_topic("alerts").with_recorded(recorded("alerts")), kafka_with("alerts"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_TRUE(plan.done);
}

TEST(TopicsCleanup, KeepsEverythingWhenTheStatusWasLost) {
  EXPECT_THAT(cleanup_of(a_pipeline().with_topic("alerts"), kafka_with("alerts")).actions, IsEmpty());
}

TEST(TopicsCleanup, KeepsATopicWithAnotherId) {
  const auto plan = cleanup_of(a_pipeline().with_topic("alerts").with_recorded(created("alerts")),
                               kafka_with("alerts", {.id = "other"}));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_THAT(plan.kept, ElementsAre(HasSubstr("its id is other")));
  EXPECT_TRUE(plan.done);
}

TEST(TopicsCleanup, KeepsATopicThatAnotherPipelineUses) {
  auto watcher = claim("alerts", "shop/clicks", "uid-2", 5);
  watcher.wants = false;

  const auto plan = cleanup_of(a_pipeline().with_topic("alerts").with_recorded(created("alerts")),
                               kafka_with("alerts").claimed_by(watcher));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_THAT(plan.kept, ElementsAre(HasSubstr("shop/clicks uses it")));
}

TEST(TopicsCleanup, KeepsATopicThatIsNowOnlyObserved) {
  const auto plan = cleanup_of(a_pipeline()
                                   .with_topic("alerts", {.management = api::Management::kObserved})
                                   .with_recorded(created("alerts")),
                               kafka_with("alerts"));

  EXPECT_THAT(plan.actions, IsEmpty());
}

TEST(TopicsCleanup, KeepsATopicOfAnotherCluster) {
  const auto plan = cleanup_of(a_pipeline().with_topic("alerts").with_recorded(created("alerts")),
                               kafka_with("alerts").in_cluster("cluster-2"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.kept.size(), 1u);
}

TEST(TopicsCleanup, KeepsATopicThatThePolicyNoLongerAllows) {
  const auto options = settings_with_default({{"shop", {"other"}}});

  const auto plan =
      cleanup(a_pipeline().without_kafka().with_topic("alerts").with_recorded(created("alerts")),
              kafka_with("alerts"), {options.default_connection->kafka, true}, options);

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_TRUE(plan.done);
}

TEST(TopicsCleanup, DeletesATopicWhoseCreationWasNeverAnswered) {
  const auto plan =
      cleanup_of(a_pipeline().with_topic("alerts").with_recorded(creating("alerts")), kafka_with("alerts"));

  EXPECT_THAT(plan.actions, ElementsAre(Action(DeleteTopic{"alerts", "id-alerts"})));
}

TEST(TopicsCleanup, WaitsForKafka) {
  const auto plan =
      cleanup_of(a_pipeline().with_topic("alerts").with_recorded(created("alerts")), a_kafka().down());

  EXPECT_FALSE(plan.done);
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_THAT(plan.waiting_for, HasSubstr("kafka:9092 does not answer"));
}

}  // namespace
}  // namespace fusion::topics
