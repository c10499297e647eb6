#include <gmock/gmock.h>

#include <random>

#include "tests/unit/controllers/world.h"

/// Whole reconciles on a world of values: from anywhere, after any crash, to the same end.
namespace fusion::test {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

api::FusionPipeline full_pipeline() {
  return a_pipeline()
      .with_topic("clicks", {.partitions = 4, .config = {{"retention.ms", "-1"}}})
      .with_bridge("clicks", {.from = "clicks", .to = "clicks-in", .replicas = 2})
      .with_bridge("views", {.from = "views", .to = "views-in"})
      .with_volume("1Gi")
      .under_delete();
}

TEST(Simulation, ComesToRestFromNothing) {
  World world(full_pipeline());

  world.converge();

  EXPECT_EQ(condition(world.pipeline.status, "Ready").status, api::ConditionStatus::kTrue)
      << world.pipeline.status.message;
  EXPECT_EQ(world.sets.size(), 2u);
  EXPECT_EQ(world.config_maps.size(), 2u);
  EXPECT_EQ(world.claims.size(), 3u);
  EXPECT_EQ(world.topics.size(), 4u);
}

TEST(Simulation, WritesNothingAtRest) {
  World world(full_pipeline());
  world.converge();
  world.log.clear();

  for (int i = 0; i < 3; ++i) EXPECT_FALSE(world.reconcile());

  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_THAT(world.plan().events, IsEmpty());
}

TEST(Simulation, EndsTheSameAfterADeathBeforeAnyWrite) {
  World undisturbed(full_pipeline());
  undisturbed.converge();
  const auto expected = undisturbed.end_state();

  for (int reconcile = 0; reconcile < 6; ++reconcile) {
    for (int write = 0; write < 12; ++write) {
      World world(full_pipeline());
      for (int i = 0; i < reconcile; ++i) world.reconcile();
      world.reconcile(write);
      world.converge();
      EXPECT_EQ(world.end_state(), expected)
          << "died in reconcile " << reconcile << " before write " << write;
    }
  }
}

TEST(Simulation, RepairsAnySingleDriftOnce) {
  const std::vector<std::pair<const char*, std::function<void(World&)>>> drifts = {
      {"a set deleted", [](World& w) { w.sets.erase(w.sets.begin()); }},
      {"a set scaled", [](World& w) { w.sets.begin()->second["spec"]["replicas"] = 7; }},
      {"an image changed",
       [](World& w) {
         w.sets.begin()->second["spec"]["template"]["spec"]["containers"][0]["image"] = "evil";
       }},
      {"a label removed", [](World& w) { w.sets.begin()->second["metadata"]["labels"].clear(); }},
      {"the annotations removed",
       [](World& w) { w.sets.begin()->second["metadata"]["annotations"].clear(); }},
      {"a ConfigMap deleted", [](World& w) { w.config_maps.erase(w.config_maps.begin()); }},
      {"a config changed", [](World& w) { w.topics["clicks"].config["retention.ms"] = "1"; }},
      {"a config removed", [](World& w) { w.topics["clicks"].config.clear(); }},
  };
  for (const auto& [what, drift] : drifts) {
    World world(full_pipeline());
    world.converge();
    const auto expected = world.end_state();
    world.log.clear();

    drift(world);
    world.converge();

    EXPECT_EQ(world.end_state(), expected) << what;
    EXPECT_EQ(world.log.size(), 1u) << what << ": repaired once";
  }
}

TEST(Simulation, DeletesInOrderUnderDelete) {
  World world(full_pipeline());
  world.topics["views"] = {.state = topics::ObservedTopic::State::kFound,
                           .topic_id = "old",
                           .partitions = 1,
                           .replication_factor = 1,
                           .min_insync_replicas = {},
                           .unclean_leader_election = {},
                           .config = {},
                           .failure = {}};
  world.converge();
  world.log.clear();

  world.pipeline.metadata.deletion_timestamp = world.now;
  world.converge();

  EXPECT_TRUE(world.gone);
  EXPECT_THAT(world.sets, IsEmpty());
  EXPECT_THAT(world.claims, IsEmpty());
  EXPECT_THAT(world.groups, IsEmpty());
  ASSERT_EQ(world.topics.size(), 1u) << "what was there before stays";
  EXPECT_EQ(world.topics.begin()->first, "views");
  const auto position = [&](const char* prefix) {
    return std::find_if(world.log.begin(), world.log.end(),
                        [&](const auto& line) { return line.starts_with(prefix); }) -
           world.log.begin();
  };
  EXPECT_LT(position("DeleteStatefulSet"), position("DeleteGroup"));
  EXPECT_LT(position("DeleteGroup"), position("DeleteTopic")) << "a deleted topic hides what its group held";
  EXPECT_LT(position("DeleteTopic"), position("DeleteClaim"));
}

TEST(Simulation, DeletesTheSameAfterADeathBeforeAnyWrite) {
  for (int reconcile = 0; reconcile < 6; ++reconcile) {
    for (int write = 0; write < 5; ++write) {
      World world(full_pipeline());
      world.converge();
      world.pipeline.metadata.deletion_timestamp = world.now;
      for (int i = 0; i < reconcile && !world.gone; ++i) world.reconcile();
      if (!world.gone) world.reconcile(write);
      world.converge();
      EXPECT_TRUE(world.gone);
      EXPECT_THAT(world.topics, IsEmpty()) << "died in reconcile " << reconcile << " before write " << write;
      EXPECT_THAT(world.claims, IsEmpty());
      EXPECT_THAT(world.groups, IsEmpty());
    }
  }
}

TEST(Simulation, DeletesABridgeThatWasOrphanedAMomentAgo) {
  World world(full_pipeline());
  world.converge();
  world.pipeline.spec.checkpoints.volume->size = "2Gi";
  while (!world.sets.empty()) world.reconcile();
  ASSERT_FALSE(world.pods.empty()) << "an orphaned set leaves its pods";

  world.pipeline.metadata.deletion_timestamp = world.now;
  world.converge();

  EXPECT_TRUE(world.gone);
  EXPECT_THAT(world.pods, IsEmpty());
  EXPECT_THAT(world.claims, IsEmpty());
}

TEST(Simulation, GoesOnWhereItStoppedAfterRetain) {
  auto pipeline = full_pipeline();
  pipeline.spec.deletion_policy = api::DeletionPolicy::kRetain;
  World world(pipeline);
  world.converge();
  const auto groups = world.groups.size();
  const auto claims = world.claims;

  // Deleted: garbage collection takes the children, the rest stays; then it is applied again.
  world.sets.clear();
  world.config_maps.clear();
  world.pods.clear();
  pipeline.metadata.uid = "uid-9";
  world.pipeline = pipeline;
  world.log.clear();
  world.converge();

  EXPECT_EQ(condition(world.pipeline.status, "Ready").status, api::ConditionStatus::kTrue);
  EXPECT_EQ(world.groups.size(), groups);
  EXPECT_EQ(world.claims.size(), claims.size());
  EXPECT_THAT(world.log, Each(Not(StartsWith("CreateTopic"))));
  for (const auto& topic : world.pipeline.status.topics) EXPECT_FALSE(topic.created);
}

/// One edit of a user, or one disturbance from elsewhere.
void disturb(World& world, std::mt19937& random) {
  auto& spec = world.pipeline.spec;
  const auto pick = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  ++world.pipeline.metadata.generation;
  switch (pick(13)) {
    case 0:
      spec.topics[0].config["retention.ms"] = std::to_string(pick(5));
      break;
    case 1:
      spec.topics[0].config.erase("retention.ms");
      break;
    case 2:
      spec.topics[0].partitions = 1 + pick(8);
      break;
    case 3:
      spec.bridges[0].replicas = 1 + pick(4);
      break;
    case 4:
      spec.suspend = !spec.suspend;
      break;
    case 5:
      spec.deletion_policy = pick(2) ? api::DeletionPolicy::kDelete : api::DeletionPolicy::kRetain;
      break;
    case 6:
      if (spec.checkpoints.volume) spec.checkpoints.volume->size = std::to_string(1 + pick(5)) + "Gi";
      break;
    case 7:
      spec.checkpoints.volume =
          pick(2) ? std::optional<api::Volume>({"2Gi", std::nullopt, {}}) : std::nullopt;
      break;
    case 8:
      if (spec.bridges.size() > 1) {
        spec.bridges.pop_back();
      } else {
        spec.bridges.push_back(full_pipeline().spec.bridges[1]);
      }
      break;
    case 9:
      spec.bridges[0].compression.codec = pick(2) ? api::Codec::kZstd : api::Codec::kGzip;
      break;
    case 10:
      // Only downwards: scaled up, the set would make claims before it is repaired, and those stay.
      if (!world.sets.empty()) world.sets.begin()->second["spec"]["replicas"] = 0;
      break;
    case 11:
      if (!world.config_maps.empty()) world.config_maps.erase(world.config_maps.begin());
      break;
    case 12:
      world.topics["foreign"].config["touched"] = "no";
      break;
  }
}

/// What must hold at every rest, whatever happened before.
void expect_invariants(const World& world, const std::string& when) {
  ASSERT_TRUE(world.topics.contains("foreign")) << when;
  EXPECT_EQ(world.sets.size(), world.pipeline.spec.bridges.size()) << when;
  EXPECT_EQ(world.config_maps.size(), world.sets.size()) << when;
  for (const auto& [name, set] : world.sets) {
    EXPECT_EQ(set["spec"]["replicas"] == 0, world.pipeline.spec.suspend) << when;
  }
  EXPECT_THAT(world.log, Each(Not(StartsWith("DeleteTopic")))) << when;
  for (const auto& [name, pod] : world.pods) EXPECT_FALSE(pod.controller_uid.empty()) << when << ": " << name;
}

TEST(Simulation, EndsTheSameWithAndWithoutDeathsOverRandomEdits) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    std::mt19937 edits(seed);
    std::mt19937 same_edits(seed);
    std::mt19937 deaths(seed * 7919);
    World calm(full_pipeline());
    World dying(full_pipeline());
    for (auto* world : {&calm, &dying}) {
      world->topics["foreign"].state = topics::ObservedTopic::State::kFound;
      world->converge();
    }
    for (int step = 0; step < 20; ++step) {
      const auto when = "seed " + std::to_string(seed) + ", step " + std::to_string(step);
      disturb(calm, edits);
      disturb(dying, same_edits);
      calm.converge();
      for (int i = 0; i < 4; ++i) dying.reconcile(static_cast<int>(deaths() % 4));
      dying.converge();
      expect_invariants(calm, when);
      expect_invariants(dying, when);
      ASSERT_EQ(nlohmann::json::diff(calm.end_state(), dying.end_state()).dump(), "[]") << when;
      if (::testing::Test::HasFailure()) return;
    }
  }
}

TEST(Simulation, KeepsClaimsUnderRetainWhateverIsRemoved) {
  auto pipeline = full_pipeline();
  pipeline.spec.deletion_policy = api::DeletionPolicy::kRetain;
  World world(pipeline);
  world.converge();

  world.pipeline.spec.bridges.clear();
  world.converge();

  EXPECT_EQ(world.claims.size(), 3u);
  EXPECT_EQ(world.groups.size(), 2u);
  EXPECT_THAT(world.sets, IsEmpty());
  EXPECT_THAT(world.config_maps, IsEmpty());
  EXPECT_THAT(world.pipeline.status.bridges, IsEmpty());
}

TEST(Simulation, KeepsThePositionOfARemovedBridgeAndDeletesItsClaimsUnderDelete) {
  World world(full_pipeline());
  world.converge();

  world.pipeline.spec.bridges.pop_back();
  world.converge();

  EXPECT_EQ(world.claims.size(), 2u);
  EXPECT_EQ(world.groups.size(), 2u) << "added back, it goes on";
  EXPECT_EQ(world.topics.size(), 4u) << "topics go with the pipeline alone";
}

}  // namespace
}  // namespace fusion::test
