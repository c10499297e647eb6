#include <gmock/gmock.h>

#include "controllers/bridges/child_name.h"
#include "controllers/bridges/plan.h"
#include "controllers/children.h"
#include "tests/unit/controllers/world.h"

namespace fusion::bridges {

// Named in failure messages.
void PrintTo(const Action& action, std::ostream* out) {
  *out << "action " << action.index() << " for bridge " << bridge_of(action);
}

namespace {

using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::VariantWith;
using namespace fusion::test;
using nlohmann::json;

api::FusionPipeline one_bridge() { return a_pipeline().with_bridge("clicks", {.replicas = 2}); }

World at_rest(const api::FusionPipeline& pipeline = one_bridge()) {
  World world(pipeline);
  world.converge();
  world.log.clear();
  return world;
}

const api::Condition& bridges_ready(const pipeline::Plan& plan) {
  return condition(plan.status, "BridgesReady");
}
const api::BridgeStatus& first(const pipeline::Plan& plan) { return plan.status.bridges.at(0); }

TEST(BridgesPlan, WaitsForItsTopics) {
  World world(one_bridge());

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(bridges_ready(plan).reason, "WaitingForTopics");
  EXPECT_EQ(first(plan).state, "Pending");
  EXPECT_EQ(first(plan).guarantee, "Unknown");
}

TEST(BridgesPlan, CreatesAConfigMapAndASetOnceItsTopicsHaveIds) {
  World world(one_bridge());
  while (world.plan().bridges.empty()) world.reconcile();

  EXPECT_THAT(world.plan().bridges,
              ElementsAre(VariantWith<CreateConfigMap>(_), VariantWith<CreateStatefulSet>(_)));
}

TEST(BridgesPlan, TellsWhatHoldsOnceItRuns) {
  const auto world = at_rest();

  const auto plan = world.plan();

  EXPECT_EQ(bridges_ready(plan).status, api::ConditionStatus::kTrue);
  EXPECT_EQ(first(plan).state, "Running");
  EXPECT_EQ(first(plan).guarantee, "ExactlyOnce");
  EXPECT_EQ(first(plan).ready_replicas, 2);
  EXPECT_EQ(first(plan).lag_records, 0);
  EXPECT_EQ(plan.status.bridges_ready, "1/1");
  EXPECT_EQ(plan.status.lag, "0");
}

TEST(BridgesPlan, StartsNothingOnATopicInConflict) {
  World world(one_bridge());
  auto other = claim("clicks", "shop/other", "uid-2", 1);
  other.manages = true;
  world.other_claims = {other};
  world.converge();

  EXPECT_THAT(world.sets, IsEmpty());
  EXPECT_EQ(condition(world.pipeline.status, "Ready").reason, "TopicConflict");
  EXPECT_EQ(condition(world.pipeline.status, "Stalled").status, api::ConditionStatus::kTrue);

  world.other_claims.clear();
  world.converge();
  EXPECT_THAT(world.sets, SizeIs(1)) << "woken, it starts";
}

TEST(BridgesPlan, LeavesARunningBridgeAloneWhenKafkaIsDown) {
  auto world = at_rest();
  world.kafka_down = true;

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(first(plan).state, "Running");
  EXPECT_EQ(first(plan).guarantee_reason, "TopicsNotConfirmed");
  EXPECT_EQ(first(plan).lag_records, std::nullopt);
  EXPECT_EQ(condition(plan.status, "Ready").status, api::ConditionStatus::kUnknown);
}

TEST(BridgesPlan, StillScalesWhileKafkaIsDown) {
  auto world = at_rest();
  world.kafka_down = true;
  world.pipeline.spec.suspend = true;

  EXPECT_THAT(world.plan().bridges, ElementsAre(VariantWith<ApplyStatefulSet>(_)));
}

TEST(BridgesPlan, AppliesAChangedTemplate) {
  auto world = at_rest();
  world.pipeline.spec.bridges[0].pod_template.node_selector = R"({"disk":"ssd"})";

  const auto plan = world.plan();

  ASSERT_THAT(plan.bridges, SizeIs(1));
  const auto apply = std::get<ApplyStatefulSet>(plan.bridges[0]);
  EXPECT_EQ(json::parse(apply.body)["metadata"]["uid"], apply.uid);
  EXPECT_EQ(json::parse(apply.body)["spec"]["template"]["spec"]["nodeSelector"]["disk"], "ssd");
}

TEST(BridgesPlan, NamesTheFieldThatDrifted) {
  auto world = at_rest();
  world.sets.begin()->second["spec"]["template"]["spec"]["containers"][0]["image"] = "evil";

  const auto plan = world.plan();

  ASSERT_THAT(plan.bridges, ElementsAre(VariantWith<ApplyStatefulSet>(_)));
  EXPECT_EQ(std::get<ApplyStatefulSet>(plan.bridges[0]).why, "spec.template.spec.containers[bridge].image");
}

TEST(BridgesPlan, ToleratesWhatTheServerAndOthersAdd) {
  auto world = at_rest();
  auto& set = world.sets.begin()->second;
  set["metadata"]["labels"]["team"] = "x";
  set["metadata"]["managedFields"] = json::array({{{"manager", "y"}}});
  set["spec"]["template"]["spec"]["restartPolicy"] = "Always";
  set["spec"]["template"]["spec"]["containers"].push_back({{"name", "sidecar"}});

  EXPECT_THAT(world.plan().bridges, IsEmpty());
}

TEST(BridgesPlan, AcceptsTheServersAnswerUntilTheObjectChanges) {
  auto world = at_rest();
  auto& image = world.sets.begin()->second["spec"]["template"]["spec"]["containers"][0]["image"];
  image = "mirror/fusion-bridge:1";
  auto observed = world.observe();
  auto& set = observed.bridges.stateful_sets[0];
  set.answer = Answer{set.hash, set.fields};
  EXPECT_THAT(pipeline::plan(world.pipeline, observed, world.options, world.now).bridges, IsEmpty())
      << "a webhook rewrites it each time: no hot loop";

  image = "evil";
  observed.bridges.stateful_sets[0].fields = world.observe().bridges.stateful_sets[0].fields;
  EXPECT_THAT(pipeline::plan(world.pipeline, observed, world.options, world.now).bridges, SizeIs(1));
}

TEST(BridgesPlan, KeepsHandsOffAForeignSetUnderItsName) {
  World world(one_bridge());
  const auto child = child_name("orders", "clicks");
  world.sets[child] =
      json::parse(R"({"metadata": {"uid": "foreign", "generation": 1}, "spec": {"replicas": 1}})");
  world.sets[child]["metadata"]["name"] = child;
  for (int i = 0; i < 6; ++i) world.reconcile();

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(bridges_ready(plan).reason, "NameConflict");
  EXPECT_THAT(bridges_ready(plan).message, HasSubstr("shop/" + child));
  EXPECT_EQ(condition(plan.status, "Stalled").status, api::ConditionStatus::kTrue);
}

TEST(BridgesPlan, KeepsHandsOffTheSetOfAnEarlierPipelineOfTheSameName) {
  auto world = at_rest();
  world.pipeline.metadata.uid = "uid-9";
  world.pipeline.status = {};

  EXPECT_EQ(bridges_ready(world.plan()).reason, "NameConflict");
}

TEST(BridgesPlan, KeepsHandsOffAForeignConfigMapUnderItsName) {
  auto world = at_rest();
  world.config_maps.begin()->second["metadata"]["ownerReferences"] = json::array();
  world.sets.clear();

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(bridges_ready(plan).reason, "NameConflict");
}

TEST(BridgesPlan, WaitsForASetThatIsBeingDeleted) {
  auto world = at_rest();
  world.sets.begin()->second["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(bridges_ready(plan).reason, "ChildTerminating");
}

TEST(BridgesPlan, KeepsAnOldConfigMapUntilAllPodsRolled) {
  auto world = at_rest();
  world.pipeline.spec.bridges[0].compression.codec = api::Codec::kZstd;
  world.reconcile();
  ASSERT_THAT(world.config_maps, SizeIs(2));
  auto& status = world.sets.begin()->second["status"];

  status["updatedReplicas"] = 1;
  EXPECT_THAT(world.plan().bridges, IsEmpty());
  status["updatedReplicas"] = 2;
  status["observedGeneration"] = 1;
  EXPECT_THAT(world.plan().bridges, IsEmpty()) << "the set's controller has not seen the change yet";
  status["observedGeneration"] = 2;
  EXPECT_THAT(world.plan().bridges, ElementsAre(VariantWith<DeleteConfigMap>(_)));
}

TEST(BridgesPlan, StartsNoBridgeWithoutItsSecrets) {
  World world(a_pipeline().with_bridge("clicks").with_kafka(secured_kafka()));
  world.secrets = good_secrets();
  world.secrets["kafka-user"].state = controllers::ObservedSecret::State::kNotFound;
  world.converge();

  EXPECT_THAT(world.sets, IsEmpty());
  EXPECT_THAT(world.topics, IsEmpty()) << "without the Secret there is no connection";
  EXPECT_EQ(condition(world.pipeline.status, "BridgesReady").reason, "SecretNotFound");
  EXPECT_EQ(condition(world.pipeline.status, "TopicsReady").reason, "SecretNotFound");

  world.secrets = good_secrets();
  world.converge();
  EXPECT_EQ(condition(world.pipeline.status, "Ready").status, api::ConditionStatus::kTrue);
}

TEST(BridgesPlan, RollsNoRunningPodsToMissingSecretsButSuspends) {
  auto world = at_rest();
  world.pipeline.spec.kafka = secured_kafka();

  EXPECT_THAT(world.plan().bridges, IsEmpty());
  EXPECT_EQ(bridges_ready(world.plan()).reason, "SecretUnknown");

  world.pipeline.spec.suspend = true;
  world.converge();
  EXPECT_EQ(world.only_set()["spec"]["replicas"], 0);
}

TEST(BridgesPlan, CreatesTopicsOfTheDefaultConnectionThoughPodsLackTheirSecrets) {
  auto pipeline = a_pipeline().without_kafka().with_bridge("clicks", {.from = "shop.a", .to = "shop.b"});
  World world(pipeline);
  world.options = settings_with_default();
  world.options.default_connection->kafka = secured_kafka();
  world.converge();

  EXPECT_THAT(world.topics, SizeIs(2));
  EXPECT_THAT(world.sets, IsEmpty());
  EXPECT_EQ(condition(world.pipeline.status, "TopicsReady").status, api::ConditionStatus::kTrue);
  EXPECT_EQ(condition(world.pipeline.status, "BridgesReady").reason, "SecretUnknown");
}

TEST(BridgesPlan, WaitsItsTurnForANewImageOfTheOperator) {
  auto world = at_rest();
  world.options.bridge_image = "fusion-bridge:2";
  world.may_roll = false;

  const auto plan = world.plan();
  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_TRUE(plan.waits_to_roll);
  EXPECT_EQ(condition(plan.status, "Ready").status, api::ConditionStatus::kTrue);

  world.may_roll = true;
  world.converge();
  EXPECT_EQ(world.only_set()["spec"]["template"]["spec"]["containers"][0]["image"], "fusion-bridge:2");
}

TEST(BridgesPlan, DoesNotLetTheUsersChangeWait) {
  auto world = at_rest();
  world.options.bridge_image = "fusion-bridge:2";
  world.may_roll = false;
  world.pipeline.spec.bridges[0].replicas = 3;

  EXPECT_FALSE(world.plan().waits_to_roll);
  EXPECT_THAT(world.plan().bridges, SizeIs(1));
}

TEST(BridgesPlan, SaysWhyAPodDoesNotRun) {
  World world(one_bridge());
  world.pods_start = false;
  world.converge();
  EXPECT_EQ(condition(world.pipeline.status, "BridgesReady").reason, "BridgesStarting");
  EXPECT_TRUE(world.plan().rolling);

  auto& pod = world.pods.begin()->second;
  pod.trouble = "CrashLoopBackOff";
  pod.message = "offset 7 of clicks-0 is gone\n";
  const auto plan = world.plan();
  EXPECT_EQ(bridges_ready(plan).reason, "BridgeFailed");
  EXPECT_THAT(bridges_ready(plan).message, HasSubstr("CrashLoopBackOff: offset 7 of clicks-0 is gone"));
  EXPECT_EQ(first(plan).state, "Failed");
  EXPECT_EQ(condition(plan.status, "Stalled").status, api::ConditionStatus::kFalse);
}

TEST(BridgesPlan, ReportsWhatTheServerAnsweredToTheLastAttempt) {
  World world(one_bridge());
  while (world.plan().bridges.empty()) world.reconcile();
  world.failures["clicks"] = {"InvalidTemplate", "resources.limits.cpu: not a quantity", true};

  const auto plan = world.plan();

  EXPECT_EQ(bridges_ready(plan).reason, "InvalidTemplate");
  EXPECT_EQ(condition(plan.status, "Stalled").reason, "InvalidTemplate");
  EXPECT_THAT(plan.bridges, SizeIs(2)) << "it is tried again, as late as the operator's backoff says";
}

TEST(BridgesPlan, RoundsWhatItTellsOfThePace) {
  auto world = at_rest();
  EXPECT_EQ(first(world.plan()).lag_seconds, std::nullopt);
  EXPECT_EQ(first(world.plan()).records_per_second, std::nullopt);

  world.paces["clicks"] = {.lag = std::chrono::seconds(75), .records_per_second = 1'234.5};

  EXPECT_EQ(first(world.plan()).lag_seconds, 60);
  EXPECT_EQ(first(world.plan()).records_per_second, 1'200);
}

TEST(BridgesPlan, SuspendsToZeroAndKeepsTheRest) {
  auto world = at_rest();
  world.pipeline.spec.suspend = true;
  world.converge();

  EXPECT_THAT(world.log, ElementsAre("ApplyStatefulSet clicks"));
  EXPECT_EQ(world.only_set()["spec"]["replicas"], 0);
  EXPECT_THAT(world.config_maps, SizeIs(1));
  EXPECT_EQ(condition(world.pipeline.status, "Ready").reason, "Suspended");
  EXPECT_EQ(world.pipeline.status.bridges[0].state, "Suspended");

  world.pipeline.spec.suspend = false;
  world.converge();
  EXPECT_EQ(world.only_set()["spec"]["replicas"], 2);
}

TEST(BridgesPlan, SuspendsOneBridgeAndLeavesTheOtherRunning) {
  World world(a_pipeline().with_bridge("clicks").with_bridge("views", {.from = "views", .to = "views-in"}));
  world.converge();
  world.log.clear();
  world.pipeline.spec.bridges[0].suspend = true;
  world.converge();

  EXPECT_THAT(world.log, ElementsAre("ApplyStatefulSet clicks"));
  EXPECT_EQ(world.sets.at(child_name("orders", "clicks"))["spec"]["replicas"], 0);
  EXPECT_EQ(world.sets.at(child_name("orders", "views"))["spec"]["replicas"], 1);
  const auto& status = world.pipeline.status;
  EXPECT_EQ(status.bridges[0].state, "Suspended");
  EXPECT_EQ(status.bridges[0].replicas, 0);
  EXPECT_EQ(status.bridges[0].guarantee_reason, "Suspended");
  EXPECT_EQ(status.bridges[1].state, "Running");
  EXPECT_EQ(status.bridges_ready, "2/2");
  for (const auto* type : {"Ready", "BridgesReady"}) {
    EXPECT_EQ(condition(status, type).status, api::ConditionStatus::kTrue) << type;
    EXPECT_EQ(condition(status, type).reason, "PartlySuspended") << type;
    EXPECT_EQ(condition(status, type).message, "2 bridges, of which these are suspended: clicks") << type;
  }

  world.pipeline.spec.bridges[0].suspend = false;
  world.converge();
  EXPECT_EQ(world.sets.at(child_name("orders", "clicks"))["spec"]["replicas"], 1);
  EXPECT_EQ(condition(world.pipeline.status, "Ready").reason, "AsDeclared");
}

TEST(BridgesPlan, WithAllBridgesSuspendedIsSuspendedAltogether) {
  auto world = at_rest();
  world.pipeline.spec.bridges[0].suspend = true;
  world.converge();

  EXPECT_EQ(condition(world.pipeline.status, "Ready").reason, "Suspended");
  EXPECT_EQ(condition(world.pipeline.status, "BridgesReady").message, "1 bridge suspended");
}

TEST(BridgesPlan, NeverStopsPodsOfAForeignSet) {
  auto world = at_rest();
  auto pipeline = world.pipeline;
  pipeline.metadata.uid = "uid-9";

  const auto plan = stop(pipeline, world.observe().bridges);

  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_TRUE(plan.done);
}

TEST(BridgesPlan, RemovesASetOfItsOwnThatNoStatusTellsOf) {
  auto world = at_rest();
  world.pipeline.spec.bridges.clear();
  world.pipeline.status.bridges.clear();
  world.converge();

  EXPECT_THAT(world.sets, IsEmpty());
  EXPECT_THAT(world.config_maps, IsEmpty());
}

TEST(BridgesPlan, ReadsTheGroupsOfDeclaredAndLeavingBridges) {
  const api::FusionPipeline pipeline = a_pipeline()
                                           .with_bridge("clicks", {.from = "new", .to = "x"})
                                           .with_recorded_bridge("clicks", "old", "x")
                                           .with_recorded_bridge("views", "views", "y", "Removing");

  EXPECT_THAT(groups_to_observe(pipeline, settings()),
              ElementsAre(GroupToObserve{"clicks", "0a1b2c3d/shop/orders/clicks", "old"},
                          GroupToObserve{"views", "0a1b2c3d/shop/orders/views", "views"}));
}

TEST(BridgesPlan, ReadsNoGroupOnATopicThatThePolicyRefuses) {
  const api::FusionPipeline pipeline = a_pipeline()
                                           .without_kafka()
                                           .with_bridge("clicks", {.from = "other.a", .to = "shop.a"})
                                           .with_bridge("views", {.from = "shop.b", .to = "other.b"})
                                           .with_recorded_bridge("gone", "other.c", "shop.c");

  EXPECT_THAT(groups_to_observe(pipeline, settings_with_default()),
              ElementsAre(GroupToObserve{"views", "0a1b2c3d/shop/orders/views", "shop.b"}));
}

TEST(BridgesPlan, RemovesABridgeOnATopicThatThePolicyRefusesByNowAndKeepsItsGroup) {
  World world(
      a_pipeline().without_kafka().with_bridge("clicks", {.from = "shop.a", .to = "shop.b"}).under_delete());
  world.options = settings_with_default();
  world.converge();
  world.options = settings_with_default({{"shop", {}}});
  world.pipeline.spec.bridges.clear();

  world.converge();

  EXPECT_THAT(world.sets, IsEmpty());
  EXPECT_THAT(world.pipeline.status.bridges, IsEmpty());
  EXPECT_THAT(world.groups, SizeIs(1));
}

}  // namespace
}  // namespace fusion::bridges
