#include <gmock/gmock.h>

#include "tests/unit/controllers/topics_plan.h"

namespace fusion::topics {
namespace {

using api::ConditionStatus;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace fusion::test;

TEST(TopicsConfig, RecordsAKeyBeforeItSetsIt) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("alerts", {.config = {{"retention.ms", "1"}}})
                                 .with_recorded(recorded("alerts")),
                             kafka_with("alerts"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_TRUE(plan.write_status_first);
  EXPECT_THAT(plan.status[0].set_keys, ElementsAre("retention.ms"));
  EXPECT_EQ(plan.ready.reason, "Applying");
}

TEST(TopicsConfig, RepairsAConfigThatDrifted) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("alerts", {.config = {{"retention.ms", "60000"}}})
                                 .with_recorded(recorded("alerts", {"retention.ms"})),
                             kafka_with("alerts", {.config = {{"retention.ms", "1"}}}));

  EXPECT_THAT(plan.actions, ElementsAre(Action(SetConfig{"alerts", "retention.ms", "60000"})));
}

TEST(TopicsConfig, ResetsAKeyThatItSetAndThatIsNoLongerDeclared) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts").with_recorded(recorded("alerts", {"retention.ms"})),
               kafka_with("alerts", {.config = {{"retention.ms", "60000"}}}));

  EXPECT_THAT(plan.actions, ElementsAre(Action(ResetConfig{"alerts", "retention.ms"})));
  EXPECT_THAT(plan.status[0].set_keys, ElementsAre("retention.ms"));
}

TEST(TopicsConfig, ForgetsAKeyOnlyOnceItIsReset) {
  const auto plan =
      plan_for(a_pipeline().with_topic("alerts").with_recorded(recorded("alerts", {"retention.ms"})),
               kafka_with("alerts"));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_THAT(plan.status[0].set_keys, IsEmpty());
}

TEST(TopicsConfig, NeverTouchesAKeyThatSomebodyElseSet) {
  const auto plan = plan_for(a_pipeline().with_topic("alerts").with_recorded(recorded("alerts")),
                             kafka_with("alerts", {.config = {{"cleanup.policy", "compact"}}}));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
}

TEST(TopicsConfig, NeverAltersAnObservedTopic) {
  const auto plan = plan_for(a_pipeline()
                                 .with_topic("flights", {.management = api::Management::kObserved})
                                 .with_recorded(recorded("flights", {"retention.ms"})),
                             kafka_with("flights", {.config = {{"retention.ms", "1"}}}));

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_FALSE(plan.status[0].managed);
  EXPECT_EQ(plan.ready.status, ConditionStatus::kTrue);
}

}  // namespace
}  // namespace fusion::topics
