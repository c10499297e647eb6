#include "kube/lease.h"

#include <gtest/gtest.h>

#include "tests/unit/kube/in_memory_api.h"

namespace fusion::kube {
namespace {

using namespace std::chrono_literals;

const ObjectKey kKey{"fusion", "fusion-operator"};

// A clock that only the test moves.
struct Clock {
  std::chrono::steady_clock::time_point now{1h};
  Clocks clocks() {
    return {.steady = [this] { return now; },
            .wall = [this] { return std::chrono::system_clock::time_point(now.time_since_epoch()); }};
  }
};

struct LeaseTest : ::testing::Test {
  Lease candidate(const std::string& identity) {
    return Lease(api, {.lease = kKey, .identity = identity}, clock.clocks());
  }
  nlohmann::json spec() { return api.find(resources::leases(), kKey)["spec"]; }

  testing::InMemoryApi api;
  Clock clock;
};

const Error kUnreachable{Reason::Unreachable, "no route", {}, 0};

TEST_F(LeaseTest, IsTakenWhenThereIsNone) {
  auto a = candidate("a");
  EXPECT_FALSE(a.is_held());
  EXPECT_TRUE(a.try_acquire_or_renew().value());
  EXPECT_TRUE(a.is_held());
  EXPECT_EQ(spec()["holderIdentity"], "a");
  EXPECT_EQ(spec()["leaseDurationSeconds"], 15);
}

TEST_F(LeaseTest, IsNotTakenFromALivingHolder) {
  auto a = candidate("a");
  auto b = candidate("b");
  ASSERT_TRUE(a.try_acquire_or_renew().value());
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(b.try_acquire_or_renew().value());
    clock.now += 2s;
    EXPECT_TRUE(a.try_acquire_or_renew().value());
  }
  EXPECT_EQ(b.holder(), "a");
}

TEST_F(LeaseTest, IsTakenOnceItStoodStillForItsWholeDuration) {
  auto a = candidate("a");
  auto b = candidate("b");
  ASSERT_TRUE(a.try_acquire_or_renew().value());
  clock.now += 100s;  // b sees it only now, and must not believe a's clock
  EXPECT_FALSE(b.try_acquire_or_renew().value());
  clock.now += 14s;
  EXPECT_FALSE(b.try_acquire_or_renew().value());
  clock.now += 1s;
  EXPECT_TRUE(b.try_acquire_or_renew().value());
  EXPECT_EQ(spec()["leaseTransitions"], 1);
  EXPECT_FALSE(a.try_acquire_or_renew().value());
  EXPECT_FALSE(a.is_held());
}

TEST_F(LeaseTest, IsNoLongerHeldWhenItCouldNotBeRenewedInTime) {
  auto a = candidate("a");
  ASSERT_TRUE(a.try_acquire_or_renew().value());
  for (int i = 0; i < 3; ++i) {
    clock.now += 3s;
    api.fail_next("patch", "leases", kUnreachable);
    EXPECT_FALSE(a.try_acquire_or_renew());
    EXPECT_TRUE(a.is_held());
  }
  clock.now += 1s;
  EXPECT_FALSE(a.is_held());
}

TEST_F(LeaseTest, IsHeldFromWhenItWasAskedFor) {
  auto a = candidate("a");
  ASSERT_TRUE(a.try_acquire_or_renew().value());
  EXPECT_EQ(*a.held_until(), clock.now + 10s);
}

TEST_F(LeaseTest, SurvivesAWriteWhoseAnswerNeverCame) {
  auto a = candidate("a");
  ASSERT_TRUE(a.try_acquire_or_renew().value());
  // The write happened, so the resourceVersion that we know is stale.
  ASSERT_TRUE(api.merge_patch(resources::leases(), kKey, {{"spec", {{"renewTime", "later"}}}}));
  EXPECT_TRUE(a.try_acquire_or_renew().value());
  EXPECT_TRUE(a.is_held());
}

TEST_F(LeaseTest, IsFreeForOthersRightAfterItsRelease) {
  auto a = candidate("a");
  auto b = candidate("b");
  ASSERT_TRUE(a.try_acquire_or_renew().value());
  ASSERT_TRUE(a.release());
  EXPECT_FALSE(a.is_held());
  EXPECT_TRUE(b.try_acquire_or_renew().value());
}

TEST_F(LeaseTest, IsNotReleasedByWhoDoesNotHoldIt) {
  auto a = candidate("a");
  auto b = candidate("b");
  ASSERT_TRUE(a.try_acquire_or_renew().value());
  ASSERT_TRUE(b.release());
  EXPECT_EQ(spec()["holderIdentity"], "a");
}

TEST_F(LeaseTest, IsMadeAnewWhenSomebodyDeletedIt) {
  auto a = candidate("a");
  ASSERT_TRUE(a.try_acquire_or_renew().value());
  ASSERT_TRUE(api.delete_object(resources::leases(), kKey, {}));
  EXPECT_TRUE(a.try_acquire_or_renew().value());
  EXPECT_EQ(spec()["holderIdentity"], "a");
}

TEST_F(LeaseTest, SaysWhatItCannotRead) {
  api.put(resources::leases(),
          {{"metadata", {{"name", kKey.name}, {"namespace", kKey.ns}}}, {"spec", {{"holderIdentity", 7}}}});
  auto a = candidate("a");
  const auto answer = a.try_acquire_or_renew();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, Reason::Invalid);
}

}  // namespace
}  // namespace fusion::kube
