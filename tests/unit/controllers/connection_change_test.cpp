#include <gmock/gmock.h>

#include "controllers/bridges/plan.h"
#include "tests/unit/controllers/world.h"

namespace fusion::bridges {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::VariantWith;
using namespace fusion::test;

/// Bridges that run, and a spec that now names another Kafka.
World redirected() {
  World world(a_pipeline().with_bridge("clicks"));
  world.converge();
  world.pipeline.spec.kafka->bootstrap_servers = "typo:9092";
  return world;
}

pipeline::Plan plan_in_cluster(const World& world, const std::string& cluster) {
  auto observed = world.observe();
  observed.topics.cluster_id = cluster;
  return pipeline::plan(world.pipeline, observed, world.options, world.now);
}

const api::Condition& bridges_ready(const pipeline::Plan& plan) {
  return condition(plan.status, "BridgesReady");
}

TEST(ConnectionChange, MovesNoPodsToAKafkaThatDoesNotAnswer) {
  auto world = redirected();
  world.kafka_down = true;

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(bridges_ready(plan).reason, "ConnectionNotConfirmed");
  EXPECT_EQ(bridges_ready(plan).message,
            "bridge clicks keeps its connection to Kafka (kafka:9092) and does not take the new one "
            "(typo:9092): kafka:9092 does not answer");
  EXPECT_EQ(plan.status.bridges[0].state, "Running");
  EXPECT_EQ(condition(plan.status, "Stalled").status, api::ConditionStatus::kFalse);
}

TEST(ConnectionChange, MovesNoPodsToAKafkaOfWhichNothingIsKnownYet) {
  const auto plan = plan_in_cluster(redirected(), "");

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_THAT(bridges_ready(plan).message, HasSubstr("nothing is known of it yet"));
}

TEST(ConnectionChange, MovesNoPodsToAnotherCluster) {
  const auto plan = plan_in_cluster(redirected(), "cluster-2");

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(bridges_ready(plan).reason, "ConnectionNotConfirmed");
  EXPECT_THAT(bridges_ready(plan).message, AllOf(HasSubstr("cluster-2"), HasSubstr("cluster-1")));
  EXPECT_EQ(condition(plan.status, "Stalled").status, api::ConditionStatus::kTrue);
}

TEST(ConnectionChange, MovesPodsOnceTheSameClusterAnswersThere) {
  auto world = redirected();

  EXPECT_THAT(world.plan().bridges, SizeIs(2)) << "a ConfigMap and the set that mounts it";
  world.converge();
  EXPECT_THAT(world.config_maps.begin()->second["data"]["bridge.json"].get<std::string>(),
              HasSubstr("typo:9092"));
}

TEST(ConnectionChange, NeverKeepsABridgeFromBeingSuspended) {
  auto world = redirected();
  world.kafka_down = true;
  world.pipeline.spec.suspend = true;

  world.converge();

  EXPECT_EQ(world.only_set()["spec"]["replicas"], 0);
}

TEST(ConnectionChange, HoldsAnotherSecretAsWell) {
  World world(a_pipeline().with_bridge("clicks").with_kafka(secured_kafka()));
  world.secrets = good_secrets();
  world.converge();
  world.secrets["other"] = world.secrets["kafka-user"];
  world.pipeline.spec.kafka->sasl->password_secret.name = "other";
  world.kafka_down = true;

  EXPECT_THAT(world.plan().bridges, IsEmpty());
  EXPECT_EQ(bridges_ready(world.plan()).reason, "ConnectionNotConfirmed");

  world.kafka_down = false;
  EXPECT_THAT(world.plan().bridges, ElementsAre(VariantWith<ApplyStatefulSet>(testing::_)));
}

TEST(ConnectionChange, HoldsNothingElseWhileKafkaIsDown) {
  World world(a_pipeline().with_bridge("clicks"));
  world.converge();
  world.kafka_down = true;
  world.pipeline.spec.bridges[0].replicas = 3;

  EXPECT_THAT(world.plan().bridges, ElementsAre(VariantWith<ApplyStatefulSet>(testing::_)));
}

}  // namespace
}  // namespace fusion::bridges
