#include <gmock/gmock.h>

#include "controllers/condition.h"
#include "tests/unit/controllers/world.h"

/// What status says of the guarantee of a bridge that is to drop repeats.
namespace fusion::test {
namespace {

api::FusionPipeline deduplicating(api::IdFrom id_from = api::IdFrom::kHeader) {
  auto pipeline = a_pipeline().with_bridge("clicks", {.replicas = 2}).value();
  auto& bridge = pipeline.spec.bridges[0];
  bridge.guarantee = api::Guarantee::kEffectivelyOnce;
  bridge.deduplicate = api::Deduplicate{.id_from = id_from, .id_name = "fusion-id"};
  return pipeline;
}

World at_rest(const api::FusionPipeline& pipeline = deduplicating()) {
  World world(pipeline);
  world.converge();
  world.log.clear();
  return world;
}

contract::Progress& progress(World& world) {
  auto& progress = world.groups.begin()->second.partitions[0].progress.emplace();
  progress.records = 1'234;
  progress.window_start = 0;
  return progress;
}

api::BridgeStatus first(const World& world) { return world.plan().status.bridges.at(0); }

TEST(Guarantee, IsEffectivelyOnceWhileTheWindowHolds) {
  auto world = at_rest();
  EXPECT_EQ(first(world).guarantee, "EffectivelyOnce");
  EXPECT_EQ(first(world).guarantee_reason, "RepeatedIdsDropped");
  EXPECT_EQ(first(world).duplicates, std::nullopt) << "nothing committed that tells of it";

  progress(world).duplicates = 1'234;

  EXPECT_EQ(first(world).guarantee, "EffectivelyOnce");
  EXPECT_EQ(first(world).duplicates, 1'200);
  EXPECT_EQ(first(world).message, "");
  EXPECT_EQ(condition(world.plan().status, "Ready").reason, "AsDeclared");
}

TEST(Guarantee, IsAtLeastOnceBehindASparkStageWithoutIds) {
  auto world = at_rest(a_pipeline().with_bridge("clicks"));
  auto& stage = world.pipeline.spec.stages.emplace_back();
  stage = {.name = "load", .engine = api::Engine::kSpark, .outputs = {{"clicks"}}};

  EXPECT_EQ(first(world).guarantee, "ExactlyOnce") << "an external stage may have a sink of its own";
  stage.workload_ref = api::WorkloadRef{"sparkoperator.k8s.io/v1beta2", "SparkApplication", "load"};
  EXPECT_EQ(first(world).guarantee, "AtLeastOnce");
  EXPECT_EQ(first(world).guarantee_reason, "SourceRepeats");
  EXPECT_EQ(condition(world.plan().status, "BridgesReady").reason, "GuaranteeWeaker");

  stage.engine = api::Engine::kFlink;
  EXPECT_EQ(first(world).guarantee, "ExactlyOnce");
}

TEST(Guarantee, SaysThatEqualRecordsCountAsOne) {
  const auto world = at_rest(deduplicating(api::IdFrom::kRecord));
  EXPECT_EQ(first(world).guarantee, "EffectivelyOnce");
  EXPECT_EQ(first(world).guarantee_reason, "EqualRecordsDropped");
  EXPECT_EQ(
      first(world).message,
      "bridge clicks: records with equal key and value count as one, because deduplicate.id is the record");
}

TEST(Guarantee, NamesWhatCanTakeCommittedRecordsAway) {
  auto world = at_rest(a_pipeline().with_bridge("clicks"));
  EXPECT_EQ(first(world).guarantee_reason, "Transactional");
  EXPECT_EQ(first(world).message, "");
  auto& target = world.topics.at("clicks-in");

  target.min_insync_replicas = 1;
  EXPECT_EQ(first(world).guarantee, "ExactlyOnce");
  EXPECT_EQ(first(world).guarantee_reason, "OneInSyncReplica");
  EXPECT_EQ(condition(world.plan().status, "Ready").reason, "AsDeclared");

  target.replication_factor = 1;
  target.unclean_leader_election = true;
  EXPECT_EQ(first(world).guarantee, "ExactlyOnce");
  EXPECT_EQ(first(world).guarantee_reason, "SingleReplica") << "there is no other replica to elect";
  EXPECT_EQ(first(world).message,
            "bridge clicks: topic clicks-in has one replica: what a broker loses of it is lost");
  EXPECT_EQ(condition(world.plan().status, "Ready").reason, "AsDeclared");
  EXPECT_EQ(condition(world.plan().status, "Ready").message, "running as declared");
}

TEST(Guarantee, TellsReadyThatKafkaMayGiveCommittedRecordsUp) {
  auto world = at_rest();
  world.topics.at("clicks-in").unclean_leader_election = true;

  const auto plan = world.plan();

  EXPECT_EQ(plan.status.bridges.at(0).guarantee, "EffectivelyOnce");
  EXPECT_EQ(plan.status.bridges.at(0).guarantee_reason, "UncleanElection");
  EXPECT_EQ(condition(plan.status, "Ready").status, api::ConditionStatus::kTrue);
  EXPECT_EQ(condition(plan.status, "Ready").reason, controllers::kGuaranteeWeaker);
  EXPECT_EQ(condition(plan.status, "Ready").message,
            "bridge clicks: topic clicks-in may lose records that were committed, because "
            "unclean.leader.election.enable is true: set it to false");
}

TEST(Guarantee, IsNotWeakerByWhatNobodyKnowsOfTheTarget) {
  auto world = at_rest();
  world.topics.at("clicks-in").unclean_leader_election.reset();
  world.topics.at("clicks-in").min_insync_replicas.reset();
  EXPECT_EQ(first(world).guarantee_reason, "RepeatedIdsDropped");
}

TEST(Guarantee, TellsBothOfEqualRecordsAndOfASingleReplica) {
  auto world = at_rest(deduplicating(api::IdFrom::kRecord));
  world.topics.at("clicks-in").replication_factor = 1;
  EXPECT_EQ(first(world).guarantee, "EffectivelyOnce");
  EXPECT_EQ(first(world).guarantee_reason, "SingleReplica");
  EXPECT_EQ(first(world).message,
            "bridge clicks: topic clicks-in has one replica: what a broker loses of it is lost; records with "
            "equal key and value count as one, because deduplicate.id is the record");
}

TEST(Guarantee, IsWeakerWhenTheMemoryForIdsIsUsedUpAndReadySaysSo) {
  auto world = at_rest();
  progress(world).window_is_short = true;

  const auto plan = world.plan();

  const auto& bridge = plan.status.bridges.at(0);
  EXPECT_EQ(bridge.guarantee, "ExactlyOnce");
  EXPECT_EQ(bridge.guarantee_reason, "WindowShort");
  EXPECT_EQ(bridge.state, "Running");
  EXPECT_EQ(bridge.message,
            "bridge clicks: 1000000 ids do not hold its window, so that repeats may be carried: raise "
            "spec.bridges[clicks].deduplicate.maxIds, at 48 bytes an id, or make the window smaller");
  for (const auto* type : {"Ready", "BridgesReady"}) {
    EXPECT_EQ(condition(plan.status, type).status, api::ConditionStatus::kTrue) << type;
    EXPECT_EQ(condition(plan.status, type).reason, controllers::kGuaranteeWeaker) << type;
    EXPECT_EQ(condition(plan.status, type).message, bridge.message) << type;
  }
  EXPECT_EQ(plan.status.message, bridge.message);
}

TEST(Guarantee, OfABridgeWithoutTransactionsIsAtLeastOnce) {
  auto pipeline = a_pipeline().with_bridge("clicks").value();
  pipeline.spec.bridges[0].guarantee = api::Guarantee::kAtLeastOnce;
  auto world = at_rest(pipeline);
  EXPECT_EQ(first(world).guarantee, "AtLeastOnce");
  EXPECT_EQ(first(world).guarantee_reason, "NotTransactional");
  EXPECT_EQ(condition(world.plan().status, "Ready").reason, "AsDeclared");

  world.pipeline.spec.bridges[0].guarantee = api::Guarantee::kExactlyOnce;
  world.reconcile();
  world.sets.begin()->second["status"]["updatedReplicas"] = 0;
  EXPECT_EQ(first(world).guarantee, "AtLeastOnce") << "its pod runs with the configuration before";
  EXPECT_EQ(first(world).guarantee_reason, "NotRolledOut");

  world.converge();
  EXPECT_EQ(first(world).guarantee, "ExactlyOnce");
}

TEST(Guarantee, IsUnknownWhileNobodyCanReadWhatThePodsWereTold) {
  auto world = at_rest(a_pipeline().with_bridge("clicks"));
  auto observed = world.observe();
  observed.bridges.config_maps.clear();

  const auto plan = pipeline::plan(world.pipeline, observed, world.options, world.now);

  EXPECT_EQ(plan.status.bridges.at(0).guarantee, "Unknown");
  EXPECT_EQ(plan.status.bridges.at(0).guarantee_reason, "ConfigurationNotRead");
}

TEST(Guarantee, OfSeveralReplicasIsWeakerWhileTheyHoldIdsOfRecordsWithoutAKey) {
  auto world = at_rest();
  progress(world).last_without_key = 0;
  world.groups.begin()->second.partitions[1] = {};

  const auto plan = world.plan();

  EXPECT_EQ(plan.status.bridges.at(0).guarantee, "ExactlyOnce");
  EXPECT_EQ(plan.status.bridges.at(0).guarantee_reason, "RecordsWithoutKey");
  EXPECT_EQ(condition(plan.status, "Ready").reason, controllers::kGuaranteeWeaker);
  EXPECT_EQ(condition(plan.status, "Ready").message,
            "bridge clicks: topic clicks has records without a key, whose repeats may come in another "
            "partition and meet another replica than the one that holds their ids, so that they are carried: "
            "give the records keys, or set spec.bridges[clicks].replicas to 1");

  world.groups.begin()->second.partitions[0].progress->window_start = 1;
  EXPECT_EQ(first(world).guarantee_reason, "RepeatedIdsDropped") << "its id is forgotten";
}

TEST(Guarantee, OfOnePartitionDoesNotCareForKeys) {
  auto world = at_rest();
  progress(world).last_without_key = 0;
  EXPECT_EQ(first(world).guarantee_reason, "RepeatedIdsDropped");
}

TEST(Guarantee, IsWeakerWhileIdsAreLost) {
  auto world = at_rest();
  progress(world).ids_are_lost = true;

  const auto plan = world.plan();

  EXPECT_EQ(plan.status.bridges.at(0).guarantee, "ExactlyOnce");
  EXPECT_EQ(plan.status.bridges.at(0).guarantee_reason, "IdsLost");
  EXPECT_EQ(condition(plan.status, "Ready").reason, controllers::kGuaranteeWeaker);
}

TEST(Guarantee, OfOneReplicaDoesNotCareForKeys) {
  auto one = deduplicating();
  one.spec.bridges[0].replicas = 1;
  auto world = at_rest(one);
  progress(world).last_without_key = 0;
  EXPECT_EQ(first(world).guarantee_reason, "RepeatedIdsDropped");
}

TEST(Guarantee, TellsThatIdsCannotBeReadAgain) {
  auto world = at_rest();
  progress(world);
  auto& partition = world.groups.begin()->second.partitions[0];
  partition.committed = 50;
  partition.end_offset = 50;
  partition.start_offset = 20;

  EXPECT_EQ(first(world).guarantee, "EffectivelyOnce");
  EXPECT_EQ(first(world).guarantee_reason, "IdsNotReachable");
  EXPECT_EQ(
      first(world).message,
      "bridge clicks: Kafka has deleted records of topic clicks whose ids are still held: a replica that "
      "is started anew cannot read them again, and carries repeats of them; a longer retention.ms than "
      "deduplicate.window reaches back prevents it");
  EXPECT_EQ(condition(world.plan().status, "Ready").reason, "AsDeclared");

  partition.progress->window_start = 50;
  partition.start_offset = 60;
  EXPECT_EQ(first(world).guarantee_reason, "RepeatedIdsDropped") << "no id is held";
}

TEST(Guarantee, IsWeakerAfterTheInputsPartitionsGrewUntilThatIsOver) {
  auto world = at_rest();
  world.topics.at("clicks").partitions += 1;
  world.converge();

  const auto& status = world.pipeline.status;
  EXPECT_TRUE(status.bridges.at(0).partitions_grown);
  EXPECT_EQ(status.bridges.at(0).guarantee, "ExactlyOnce");
  EXPECT_EQ(status.bridges.at(0).guarantee_reason, "PartitionsGrown");
  EXPECT_EQ(condition(status, "Ready").status, api::ConditionStatus::kTrue);
  EXPECT_EQ(condition(status, "Ready").reason, controllers::kGuaranteeWeaker);

  world.pipeline.spec.suspend = true;
  world.converge();
  world.kafka_down = true;
  world.converge();
  world.kafka_down = false;
  world.pipeline.spec.suspend = false;
  world.converge();
  EXPECT_EQ(status.bridges.at(0).guarantee_reason, "PartitionsGrown") << "status remembers it";

  world.grown_over = {"clicks"};
  world.converge();
  EXPECT_FALSE(status.bridges.at(0).partitions_grown);
  EXPECT_EQ(status.bridges.at(0).guarantee, "EffectivelyOnce");

  world.grown_over = {};
  EXPECT_EQ(first(world).guarantee, "EffectivelyOnce");
}

TEST(Guarantee, OfOneReplicaHoldsWhenPartitionsGrowAndIsWeakerWhenItIsJoined) {
  auto one = deduplicating();
  one.spec.bridges[0].replicas = 1;
  auto world = at_rest(one);
  world.topics.at("clicks").partitions += 1;
  world.converge();
  EXPECT_EQ(first(world).guarantee, "EffectivelyOnce");
  EXPECT_TRUE(first(world).partitions_grown);

  world.pipeline.spec.bridges[0].replicas = 2;
  world.converge();
  EXPECT_EQ(first(world).guarantee_reason, "PartitionsGrown");
}

TEST(Guarantee, OfABridgeThatDropsNoRepeatsDoesNotCareForGrowth) {
  auto world = at_rest(a_pipeline().with_bridge("clicks", {.replicas = 2}));
  world.topics.at("clicks").partitions += 1;
  world.converge();
  EXPECT_FALSE(first(world).partitions_grown);
  EXPECT_EQ(first(world).guarantee_reason, "Transactional");
}

TEST(Guarantee, IsNotPromisedBeforeAllPodsDropRepeats) {
  auto world = at_rest(a_pipeline().with_bridge("clicks", {.replicas = 2}));
  world.pipeline.spec = deduplicating().spec;

  EXPECT_EQ(first(world).guarantee, "ExactlyOnce") << "the new configuration is not applied";
  EXPECT_EQ(first(world).guarantee_reason, "NotRolledOut");

  world.reconcile();
  world.sets.begin()->second["status"]["updatedReplicas"] = 1;
  EXPECT_EQ(first(world).guarantee_reason, "NotRolledOut") << "one pod runs with the old one";

  world.converge();
  EXPECT_EQ(first(world).guarantee, "EffectivelyOnce");
}

TEST(Guarantee, HoldsWhilePodsOfOneKindFollowAnother) {
  auto world = at_rest();
  world.sets.begin()->second["status"]["updatedReplicas"] = 1;
  EXPECT_EQ(first(world).guarantee, "EffectivelyOnce");
}

TEST(Guarantee, IsNotPromisedWhileNothingIsKnownOfTheWindow) {
  const auto world = at_rest();
  auto observed = world.observe();
  observed.bridges.groups.clear();

  const auto plan = pipeline::plan(world.pipeline, observed, world.options, world.now);

  EXPECT_EQ(plan.status.bridges.at(0).guarantee, "ExactlyOnce");
  EXPECT_EQ(plan.status.bridges.at(0).guarantee_reason, "WindowNotKnown");
}

TEST(Guarantee, IsUnknownForABridgeThatDoesNotRun) {
  auto world = at_rest();
  world.pipeline.spec.suspend = true;
  world.converge();
  EXPECT_EQ(first(world).guarantee, "Unknown");
  EXPECT_EQ(first(world).guarantee_reason, "Suspended");
}

TEST(Guarantee, KeepsAnOldShortWindowToItselfOnceRepeatsAreCarriedAgain) {
  auto world = at_rest(a_pipeline().with_bridge("clicks", {.replicas = 2}));
  progress(world).window_is_short = true;
  EXPECT_EQ(first(world).guarantee, "ExactlyOnce");
  EXPECT_EQ(first(world).guarantee_reason, "Transactional");
  EXPECT_EQ(condition(world.plan().status, "Ready").reason, "AsDeclared");
}

}  // namespace
}  // namespace fusion::test
