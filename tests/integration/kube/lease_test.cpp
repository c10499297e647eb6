#include "kube/lease.h"

#include <atomic>

#include "kube/leader_elector.h"
#include "tests/integration/kube/kube_fixture.h"

namespace fusion::kube {
namespace {

using namespace std::chrono_literals;

struct LeaseTest : KubeTest {
  LeaseOptions options(const std::string& identity) const {
    return {.lease = key("leader"),
            .identity = identity,
            .duration = 3s,
            .renew_deadline = 2s,
            .retry_period = 1s};
  }
};

TEST_F(LeaseTest, OnlyOneOfTwoElectorsLeadsAndTheOtherFollowsAtOnce) {
  std::atomic<int> leaders = 0;
  std::atomic<int> most = 0;
  const LeaderElector::Callbacks callbacks{.on_started = [&] { most = std::max(most.load(), ++leaders); },
                                           .on_stopped = [&] { --leaders; }};
  auto a = std::make_unique<LeaderElector>(api(), options("a"), callbacks);
  LeaderElector b(api(), options("b"), callbacks);
  a->start();
  ASSERT_TRUE(eventually([&] { return a->is_leader(); }));
  b.start();
  const auto spec = [&] { return api().get(resources::leases(), key("leader")).value()["spec"]; };
  const auto first = spec()["renewTime"];
  ASSERT_TRUE(eventually([&] { return spec()["renewTime"] != first; }));
  EXPECT_FALSE(b.is_leader());

  a->stop();
  ASSERT_TRUE(eventually([&] { return b.is_leader(); }));
  EXPECT_EQ(spec()["leaseTransitions"], 1);
  EXPECT_EQ(most, 1);
}

TEST_F(LeaseTest, OfManyThatReachForItTogetherOneGetsIt) {
  std::atomic<int> winners = 0;
  {
    std::vector<std::jthread> candidates;
    for (int i = 0; i < 8; ++i) {
      candidates.emplace_back([&, i] {
        Lease lease(api(), options("candidate-" + std::to_string(i)));
        const auto taken = lease.try_acquire_or_renew();
        ASSERT_TRUE(taken) << taken.error().message;
        if (*taken) ++winners;
      });
    }
  }
  EXPECT_EQ(winners, 1);
}

TEST_F(LeaseTest, AnAbandonedLeaseIsTakenOver) {
  Lease dead(api(), options("dead"));
  ASSERT_TRUE(dead.try_acquire_or_renew().value());
  LeaderElector next(api(), options("next"), {});
  next.start();
  EXPECT_TRUE(eventually([&] { return next.is_leader(); }));
  EXPECT_FALSE(dead.is_held());
}

}  // namespace
}  // namespace fusion::kube
