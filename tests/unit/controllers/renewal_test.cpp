#include <gmock/gmock.h>

#include "controllers/bridges/plan.h"
#include "tests/unit/controllers/world.h"

namespace fusion::bridges {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace fusion::test;

const RenewPositions kClicks{"clicks", "0a1b2c3d/shop/orders/clicks", "clicks"};

World running() {
  World world(a_pipeline().with_bridge("clicks", {.replicas = 2}));
  world.converge();
  return world;
}

World suspended() {
  auto world = running();
  world.pipeline.spec.suspend = true;
  world.converge();
  return world;
}

TEST(Renewal, IsForASuspendedBridgeOfWhichNothingIsRemembered) {
  const auto plan = suspended().plan();

  EXPECT_THAT(plan.renewals, ElementsAre(kClicks));
  EXPECT_THAT(plan.bridges, IsEmpty());
}

TEST(Renewal, IsForTheOneBridgeThatIsSuspended) {
  World world(a_pipeline().with_bridge("clicks").with_bridge("views", {.from = "views", .to = "views-in"}));
  world.converge();
  world.pipeline.spec.bridges[0].suspend = true;
  world.converge();

  EXPECT_THAT(world.plan().renewals, ElementsAre(kClicks));
}

TEST(Renewal, IsNotForABridgeThatRuns) {
  const auto plan = running().plan();

  EXPECT_THAT(plan.renewals, IsEmpty());
}

TEST(Renewal, IsForABridgeWhosePodsDoNotStart) {
  auto world = suspended();
  world.pipeline.spec.suspend = false;
  world.pods_start = false;
  world.converge();

  EXPECT_THAT(world.plan().renewals, ElementsAre(kClicks));
}

TEST(Renewal, IsForABridgeThatLostItsSet) {
  auto world = running();
  world.sets.clear();
  world.pods.clear();

  EXPECT_THAT(world.plan().renewals, ElementsAre(kClicks));
}

TEST(Renewal, WaitsForThePodsThatAreStillThere) {
  auto world = running();
  world.sets.clear();

  EXPECT_THAT(world.plan().renewals, IsEmpty());
}

TEST(Renewal, ComesAnHourAfterTheLastAndTellsWhen) {
  auto world = suspended();
  world.options.kafka_resync = 24h;
  world.fresh_positions["clicks"] = world.now;
  world.now += 59min;
  EXPECT_THAT(world.plan().renewals, IsEmpty());
  EXPECT_EQ(world.plan().wake_up, 60s);

  world.now += 1min;
  EXPECT_THAT(world.plan().renewals, ElementsAre(kClicks));
}

TEST(Renewal, IsNotForABridgeThatHasCommittedNothing) {
  auto world = suspended();
  world.groups.clear();

  EXPECT_THAT(world.plan().renewals, IsEmpty());
}

TEST(Renewal, WritesNoStatus) {
  auto world = suspended();
  const auto due = world.plan();
  world.fresh_positions["clicks"] = world.now;

  EXPECT_EQ(due.status, world.plan().status);
  EXPECT_FALSE(world.reconcile());
}

}  // namespace
}  // namespace fusion::bridges
