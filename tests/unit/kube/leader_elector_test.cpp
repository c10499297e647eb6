#include "kube/leader_elector.h"

#include <gtest/gtest.h>

#include <future>

#include "tests/unit/kube/in_memory_api.h"

namespace fusion::kube {
namespace {

using namespace std::chrono_literals;

LeaseOptions options(const std::string& identity) {
  return {.lease = {"fusion", "fusion-operator"}, .identity = identity, .retry_period = 1s};
}

TEST(LeaderElector, LeadsAndGivesTheLeaseAwayWhenItStops) {
  testing::InMemoryApi api;
  std::promise<void> started;
  std::atomic<int> stopped = 0;
  LeaderElector elector(
      api, options("a"),
      {.on_started = [&] { started.set_value(); }, .on_stopped = [&] { ++stopped; }, .on_error = {}});
  elector.start();
  ASSERT_EQ(started.get_future().wait_for(5s), std::future_status::ready);
  EXPECT_TRUE(elector.is_leader());

  const auto before = std::chrono::steady_clock::now();
  elector.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);
  EXPECT_FALSE(elector.is_leader());
  EXPECT_EQ(stopped, 1);
  EXPECT_EQ(api.find(resources::leases(), {"fusion", "fusion-operator"})["spec"]["holderIdentity"], "");
}

TEST(LeaderElector, StopsLeadingWhenSomebodyElseHoldsTheLease) {
  testing::InMemoryApi api;
  std::promise<void> started;
  std::promise<void> stopped;
  LeaderElector elector(api, options("a"),
                        {.on_started = [&] { started.set_value(); },
                         .on_stopped = [&] { stopped.set_value(); },
                         .on_error = {}});
  elector.start();
  ASSERT_EQ(started.get_future().wait_for(5s), std::future_status::ready);
  ASSERT_TRUE(api.merge_patch(resources::leases(), {"fusion", "fusion-operator"},
                              {{"spec", {{"holderIdentity", "b"}}}}));
  EXPECT_EQ(stopped.get_future().wait_for(5s), std::future_status::ready);
  EXPECT_FALSE(elector.is_leader());
}

TEST(LeaderElector, IsNoLeaderAfterTheDeadlineEvenIfItsThreadStandsStill) {
  testing::InMemoryApi api;
  std::atomic<std::chrono::steady_clock::rep> ticks = 1;
  const Clocks clocks{.steady = [&] {
    return std::chrono::steady_clock::time_point(std::chrono::steady_clock::duration(ticks.load()));
  }};
  std::promise<void> started;
  auto slow = options("a");
  slow.retry_period = 1h;  // the thread does nothing more
  LeaderElector elector(
      api, slow, {.on_started = [&] { started.set_value(); }, .on_stopped = {}, .on_error = {}}, clocks);
  elector.start();
  ASSERT_EQ(started.get_future().wait_for(5s), std::future_status::ready);
  EXPECT_TRUE(elector.is_leader());
  ticks += std::chrono::steady_clock::duration(10s).count();
  EXPECT_FALSE(elector.is_leader());
}

TEST(LeaderElector, TellsThatTheServerCannotBeAsked) {
  testing::InMemoryApi api;
  api.fail_next("get", "leases", {Reason::Unreachable, "no route", {}, 0});
  std::promise<Reason> told;
  LeaderElector elector(
      api, options("a"),
      {.on_started = {}, .on_stopped = {}, .on_error = [&](const Error& e) { told.set_value(e.reason); }});
  elector.start();
  auto reason = told.get_future();
  ASSERT_EQ(reason.wait_for(5s), std::future_status::ready);
  EXPECT_EQ(reason.get(), Reason::Unreachable);
}

}  // namespace
}  // namespace fusion::kube
