#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "controllers/children.h"
#include "tests/unit/controllers/world.h"

/// A bridge and its topics stay together: neither another name nor another id is ever slipped under it.
namespace fusion::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

World at_rest() {
  World world(a_pipeline().with_bridge("clicks", {.replicas = 2}));
  world.converge();
  world.log.clear();
  return world;
}

const api::Condition& bridges_ready(const pipeline::Plan& plan) {
  return condition(plan.status, "BridgesReady");
}
const api::BridgeStatus& first(const pipeline::Plan& plan) { return plan.status.bridges.at(0); }

TEST(BridgeTopics, NeverGivesPodsTheIdOfATopicThatWasCreatedAnew) {
  auto world = at_rest();
  world.topics["clicks"].topic_id = "other";

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(condition(plan.status, "Ready").reason, "TopicRecreated");
  EXPECT_EQ(first(plan).guarantee, "Unknown");
}

TEST(BridgeTopics, RollsPodsToAnAcceptedTopic) {
  auto world = at_rest();
  world.topics["clicks"].topic_id = "other";
  world.pipeline.metadata.annotations[controllers::kAcceptTopicIdAnnotation] = "clicks=other";

  world.converge();

  EXPECT_THAT(world.log,
              ElementsAre("CreateConfigMap clicks", "ApplyStatefulSet clicks", "DeleteConfigMap clicks"));
}

TEST(BridgeTopics, CarriesTheOldTopicsOnWhenTheSpecNamesOthers) {
  auto world = at_rest();
  world.pipeline.spec.topics.push_back({"views", api::Management::kManaged, {}, {}, {}});
  world.pipeline.spec.bridges[0].from.topic = "views";
  world.converge();

  EXPECT_THAT(world.log, ElementsAre("CreateTopic views"));
  const auto& status = world.pipeline.status.bridges.at(0);
  EXPECT_EQ(status.from_topic, "clicks");
  EXPECT_EQ(status.state, "Running");
  EXPECT_EQ(condition(world.pipeline.status, "BridgesReady").reason, "BridgeTopicsImmutable");
  EXPECT_EQ(condition(world.pipeline.status, "Stalled").status, api::ConditionStatus::kTrue);
}

TEST(BridgeTopics, StillSuspendsABridgeWhoseTopicsWereChanged) {
  auto world = at_rest();
  world.pipeline.spec.topics.push_back({"views", api::Management::kManaged, {}, {}, {}});
  world.pipeline.spec.bridges[0].from.topic = "views";
  world.pipeline.spec.suspend = true;
  world.converge();

  EXPECT_EQ(world.only_set()["spec"]["replicas"], 0);
}

TEST(BridgeTopics, KeepsTheOldTopicsWhenABridgeIsRemovedAndAddedAgainWithOthers) {
  auto world = at_rest();
  auto bridge = world.pipeline.spec.bridges[0];
  world.pipeline.spec.bridges.clear();
  world.reconcile();
  ASSERT_EQ(world.pipeline.status.bridges.at(0).state, "Removing");

  std::swap(bridge.from.topic, bridge.to_topic);
  world.pipeline.spec.bridges.push_back(bridge);
  world.converge();

  EXPECT_EQ(condition(world.pipeline.status, "BridgesReady").reason, "BridgeTopicsImmutable");
  EXPECT_EQ(world.pipeline.status.bridges.at(0).from_topic, "clicks");
}

TEST(BridgeTopics, KnowsTheTopicsOfARunningBridgeEvenWhenItsStatusWasNeverWritten) {
  auto world = at_rest();
  world.pipeline.status.bridges.clear();
  std::swap(world.pipeline.spec.bridges[0].from.topic, world.pipeline.spec.bridges[0].to_topic);

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(bridges_ready(plan).reason, "BridgeTopicsImmutable");
}

TEST(BridgeTopics, KeepsABridgeRunningUntilTheTopicOfItsDeadLettersIsThere) {
  auto world = at_rest();
  world.pipeline.spec.topics.emplace_back().name = "failed";
  world.pipeline.spec.bridges[0].dead_letter = {"failed", true};

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(bridges_ready(plan).reason, "WaitingForTopics");
  world.converge();
  EXPECT_EQ(condition(world.pipeline.status, "Ready").status, api::ConditionStatus::kTrue);
  std::string configs;
  for (const auto& [name, map] : world.config_maps) configs += map["data"]["bridge.json"].get<std::string>();
  EXPECT_THAT(configs, ::testing::HasSubstr(world.topics["failed"].topic_id));
}

TEST(BridgeTopics, LetsTheTopicsOfABridgeChangeThatNeverRan) {
  const auto pipeline = a_pipeline().with_bridge("clicks").with_topic("views").with_recorded_bridge(
      "clicks", "views", "x", "Pending");

  World world(pipeline);
  world.converge();

  EXPECT_EQ(condition(world.pipeline.status, "Ready").status, api::ConditionStatus::kTrue);
  EXPECT_EQ(world.pipeline.status.bridges.at(0).from_topic, "clicks");
}

}  // namespace
}  // namespace fusion::test
