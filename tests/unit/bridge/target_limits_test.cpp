#include "bridge/target_limits.h"

#include <gmock/gmock.h>

#include <limits>

namespace fusion::bridge {
namespace {

using ::testing::HasSubstr;
using Reason = TimeError::Reason;

constexpr std::int64_t kHour_ms = 3'600'000;
constexpr std::int64_t kDay_ms = 24 * kHour_ms;
constexpr std::int64_t kNow_ms = 1'769'846'400'000;
constexpr std::int64_t kYear10000_ms = 253'402'300'800'000;

kafka::Config config(const std::map<std::string, std::string>& values) {
  kafka::Config config;
  for (const auto& [key, value] : values) config[key] = {value, kafka::ConfigSource::Topic, false};
  return config;
}

TEST(TargetLimits, AreThoseOfTheTopic) {
  EXPECT_EQ(target_limits(config({{"message.timestamp.type", "CreateTime"},
                                  {"message.timestamp.before.max.ms", "9223372036854775807"},
                                  {"message.timestamp.after.max.ms", "3600000"},
                                  {"cleanup.policy", "delete"},
                                  {"retention.ms", "604800000"}})),
            (TargetLimits{.after_max_ms = kHour_ms, .retention_ms = 7 * kDay_ms}));
  EXPECT_TRUE(target_limits(config({{"message.timestamp.type", "LogAppendTime"}})).overwrites_times);
  EXPECT_EQ(target_limits(config({{"message.timestamp.before.max.ms", "0"}})),
            (TargetLimits{.before_max_ms = 0}));
  EXPECT_EQ(target_limits({}), TargetLimits{});
}

TEST(TargetLimits, OfRetentionHoldOnlyWhereAgeDeletes) {
  const auto retention = [](const char* policy, const char* ms) {
    return target_limits(config({{"cleanup.policy", policy}, {"retention.ms", ms}})).retention_ms;
  };
  EXPECT_EQ(retention("delete", "5"), 5);
  EXPECT_EQ(retention("compact,delete", "5"), 5);
  EXPECT_EQ(retention("compact", "5"), std::nullopt);
  EXPECT_EQ(retention("", "5"), std::nullopt);
  EXPECT_EQ(retention("delete", "-1"), std::nullopt);
}

TEST(TargetLimits, OfOlderBrokersGoBothWays) {
  EXPECT_EQ(target_limits(config({{"message.timestamp.difference.max.ms", "5"},
                                  {"message.timestamp.before.max.ms", "9223372036854775807"},
                                  {"message.timestamp.after.max.ms", "3600000"}})),
            (TargetLimits{.before_max_ms = 5, .after_max_ms = 5}));
  EXPECT_EQ(target_limits(config({{"message.timestamp.difference.max.ms", "9223372036854775807"},
                                  {"message.timestamp.after.max.ms", "7"}})),
            (TargetLimits{.after_max_ms = 7}));
}

TEST(TimeToSet, IsTheEventTimeWithinTheLimits) {
  const TargetLimits limits{.before_max_ms = kDay_ms, .after_max_ms = kHour_ms, .retention_ms = kDay_ms};
  for (const std::int64_t ms : {kNow_ms - kDay_ms, kNow_ms, kNow_ms + kHour_ms})
    EXPECT_EQ(time_to_set({ms}, limits, Future::kDeadLetter, kNow_ms), (TimeToSet{ms, true}));
  EXPECT_EQ(time_to_set({1}, {}, Future::kDeadLetter, kNow_ms), (TimeToSet{1, true}));
  EXPECT_EQ(time_to_set({kYear10000_ms - 1}, {}, Future::kDeadLetter, kNow_ms),
            (TimeToSet{kYear10000_ms - 1, true}));
}

TEST(TimeToSet, OfATombstoneAdvancesNothing) {
  EXPECT_EQ(time_to_set({kNow_ms, true}, {}, Future::kClamp, kNow_ms), (TimeToSet{kNow_ms, false}));
}

TEST(TimeToSet, OfTheFutureIsThePresentOrRefused) {
  const TargetLimits limits{.after_max_ms = kHour_ms};
  const EventTime ahead{kNow_ms + kHour_ms + 1};
  EXPECT_EQ(time_to_set(ahead, limits, Future::kClamp, kNow_ms), (TimeToSet{kNow_ms, false}));
  EXPECT_EQ(
      time_to_set(ahead, limits, Future::kDeadLetter, kNow_ms).error(),
      (TimeError{
          Reason::kFuture,
          "its event time is 3600001 ms (1 h) ahead, beyond the target's message.timestamp.after.max.ms "
          "of 3600000 ms (1 h)"}));
}

TEST(TimeToSet, TheYear10000IsTheFutureForAnyTarget) {
  for (const std::int64_t ms : {kYear10000_ms, std::numeric_limits<std::int64_t>::max()}) {
    EXPECT_EQ(time_to_set({ms}, {}, Future::kClamp, kNow_ms), (TimeToSet{kNow_ms, false}));
    const auto refused = time_to_set({ms}, {}, Future::kDeadLetter, kNow_ms);
    EXPECT_EQ(refused.error().reason, Reason::kFuture);
    EXPECT_THAT(refused.error().sentence, HasSubstr("beyond the year 9999"));
  }
}

TEST(TimeToSet, OfWhatTheTargetRefusesOrDeletesIsNone) {
  EXPECT_EQ(
      time_to_set({kNow_ms - kDay_ms - 1}, {.before_max_ms = kDay_ms, .retention_ms = 1}, Future::kClamp,
                  kNow_ms)
          .error(),
      (TimeError{Reason::kTooOld,
                 "it happened 86400001 ms (1 d) ago, and the target's message.timestamp.before.max.ms is "
                 "86400000 ms (1 d)"}));
  EXPECT_EQ(
      time_to_set({kNow_ms - 5'001}, {.retention_ms = 5'000}, Future::kClamp, kNow_ms).error(),
      (TimeError{Reason::kBeyondRetention,
                 "it happened 5001 ms (5 s) ago, and the target's retention.ms is 5000 ms (5 s): it would be "
                 "deleted"}));
}

const EventTimeRule kByHeader{EventTimeRule::From::kHeader, "event-time", EventTimeRule::Format::kUnixMillis};

TEST(CheckTarget, TakesWhatIsYoungEnoughOrNotKnown) {
  const TargetLimits limits{.before_max_ms = kDay_ms, .after_max_ms = 0, .retention_ms = kDay_ms};
  EXPECT_EQ(check_target("alerts", limits, kByHeader, kNow_ms, kNow_ms - kDay_ms), std::nullopt);
  EXPECT_EQ(check_target("alerts", limits, kByHeader, kNow_ms, kNow_ms + kDay_ms), std::nullopt);
  EXPECT_EQ(check_target("alerts", limits, kByHeader, kNow_ms, std::nullopt), std::nullopt);
  EXPECT_EQ(check_target("alerts", {}, kByHeader, kNow_ms, 1), std::nullopt);
}

TEST(CheckTarget, RefusesATopicThatOverwritesTimes) {
  EXPECT_EQ(
      check_target("alerts", {.overwrites_times = true}, kByHeader, kNow_ms, std::nullopt),
      (Stop{
          ExitCode::kRefused,
          "topic alerts would overwrite event times with the time of writing: its message.timestamp.type is "
          "LogAppendTime. Nothing was carried; set spec.topics[alerts].config[message.timestamp.type] to "
          "CreateTime, or leave eventTime out"}));
}

TEST(CheckTarget, RefusesATopicThatDeletesWhatIsToCome) {
  EXPECT_EQ(
      check_target("alerts", {.retention_ms = kDay_ms}, kByHeader, kNow_ms, kNow_ms - 10 * kDay_ms),
      (Stop{
          ExitCode::kRefused,
          "topic alerts would delete records: the oldest that is to be carried happened 864000000 ms (10 d) "
          "ago, by the header event-time, and the topic's retention.ms is 86400000 ms (1 d). Nothing was "
          "carried; set spec.topics[alerts].config[retention.ms] to more than 864000000, or to -1 for no "
          "limit"}));
}

TEST(CheckTarget, RefusesATopicThatRefusesWhatIsToCome) {
  const auto stop = check_target("alerts", {.before_max_ms = kHour_ms, .retention_ms = 1}, {}, kNow_ms,
                                 kNow_ms - kHour_ms - 1);
  ASSERT_TRUE(stop);
  EXPECT_EQ(stop->code, ExitCode::kRefused);
  EXPECT_THAT(
      stop->message,
      HasSubstr(
          "would refuse records: the oldest that is to be carried happened 3600001 ms (1 h) ago, by the "
          "record's timestamp, and the topic's message.timestamp.before.max.ms is 3600000 ms (1 h)"));
  EXPECT_THAT(stop->message, HasSubstr("or to 9223372036854775807 for no limit"));
}

}  // namespace
}  // namespace fusion::bridge
