#include "bridge/rate_limit.h"

#include <gtest/gtest.h>

namespace fusion::bridge {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// Records of `bytes` each, offered every millisecond for `seconds`: how many pass.
int pass(RateLimit& limit, RateLimit::Time& now, int seconds, std::int64_t bytes) {
  int passed = 0;
  for (int i = 0; i < seconds * 1'000; ++i) {
    now += 1ms;
    while (limit.may_pass(now)) {
      limit.passed(bytes);
      ++passed;
    }
  }
  return passed;
}

TEST(RateLimit, LetsAsManyRecordsPassAsASecondMayHave) {
  RateLimit::Time now{};
  RateLimit limit({100, std::nullopt}, now);
  EXPECT_NEAR(pass(limit, now, 10, 1'000'000), 1'000, 1);
}

TEST(RateLimit, LetsAsManyBytesPassAsASecondMayHave) {
  RateLimit::Time now{};
  RateLimit limit({std::nullopt, 5'000}, now);
  EXPECT_NEAR(pass(limit, now, 10, 500), 100, 1);
}

TEST(RateLimit, TheNarrowerOneCounts) {
  RateLimit::Time now{};
  RateLimit limit({1'000, 5'000}, now);
  EXPECT_NEAR(pass(limit, now, 10, 500), 100, 1);
}

TEST(RateLimit, AReplicaTakesItsShare) {
  RateLimit::Time now{};
  RateLimit limit({100, std::nullopt}, now);
  limit.set_share(0.25);
  EXPECT_NEAR(pass(limit, now, 10, 1), 250, 1);
}

TEST(RateLimit, SavesUpOneSecondAtMost) {
  RateLimit::Time now{};
  RateLimit limit({100, std::nullopt}, now);
  now += 60s;
  EXPECT_NEAR(pass(limit, now, 1, 1), 200, 1);
}

TEST(RateLimit, ARecordLargerThanASecondsBytesPassesAndTheNextOnesWaitForIt) {
  RateLimit::Time now{};
  RateLimit limit({std::nullopt, 1'000}, now);
  now += 1s;
  ASSERT_TRUE(limit.may_pass(now));
  limit.passed(10'000);
  EXPECT_FALSE(limit.may_pass(now + 8s));
  EXPECT_TRUE(limit.may_pass(now + 10s));
}

TEST(RateLimit, NobodyWaitsLongerThanHalfAMinute) {
  RateLimit::Time now{};
  RateLimit limit({std::nullopt, 1'000}, now);
  now += 1s;
  ASSERT_TRUE(limit.may_pass(now));
  limit.passed(1'000'000);
  EXPECT_FALSE(limit.may_pass(now += 1ms));
  EXPECT_TRUE(limit.may_pass(now += 31s));
}

}  // namespace
}  // namespace fusion::bridge
