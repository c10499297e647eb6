#include "bridge/target_limits.h"

#include <charconv>
#include <chrono>
#include <limits>
#include <string_view>

namespace fusion::bridge {
namespace {

using Reason = TimeError::Reason;

constexpr std::int64_t kYear10000_ms = 253'402'300'800'000;

std::string_view value_of(const kafka::Config& config, std::string_view key) {
  const auto entry = config.find(key);
  return entry != config.end() && entry->second.value ? std::string_view(*entry->second.value) : "";
}

/// Kafka writes "no limit" as -1 or as the largest number.
std::optional<std::int64_t> limit_of(const kafka::Config& config, std::string_view key) {
  const auto text = value_of(config, key);
  std::int64_t limit = -1;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  if (limit < 0 || limit == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  return limit;
}

std::string number(std::int64_t value) { return std::to_string(value); }

/// `864000000 ms (10 d)`
std::string duration(std::int64_t ms) {
  using namespace std::chrono;
  const auto whole = milliseconds(ms);
  const auto text = number(ms) + " ms (";
  if (whole >= days(1)) return text + number(floor<days>(whole).count()) + " d)";
  if (whole >= hours(1)) return text + number(floor<hours>(whole).count()) + " h)";
  return text + number(floor<seconds>(whole).count()) + " s)";
}

std::string ago(std::int64_t ms) { return duration(ms) + " ago"; }

std::string set_config(const std::string& topic, const std::string& key, const std::string& value) {
  return "set spec.topics[" + topic + "].config[" + key + "] to " + value;
}

Stop too_old_for(const std::string& topic, const std::string& does, const std::string& key,
                 std::int64_t limit_ms, std::int64_t age_ms, const EventTimeRule& rule) {
  const auto unlimited = key == "retention.ms" ? "-1" : number(std::numeric_limits<std::int64_t>::max());
  return {
      ExitCode::kRefused,
      "topic " + topic + " would " + does + " records: the oldest that is to be carried happened " +
          ago(age_ms) + ", by " + source_of(rule) + ", and the topic's " + key + " is " + duration(limit_ms) +
          ". Nothing was carried; " +
          set_config(topic, key, "more than " + number(age_ms) + ", or to " + unlimited + " for no limit")};
}

}  // namespace

TargetLimits target_limits(const kafka::Config& config) {
  TargetLimits limits;
  limits.overwrites_times = value_of(config, "message.timestamp.type") == "LogAppendTime";
  limits.before_max_ms = limit_of(config, "message.timestamp.before.max.ms");
  limits.after_max_ms = limit_of(config, "message.timestamp.after.max.ms");
  // Where both are known, this one goes first (LogConfig of Kafka 3.6 to 3.9).
  if (const auto difference = limit_of(config, "message.timestamp.difference.max.ms")) {
    limits.before_max_ms = difference;
    limits.after_max_ms = difference;
  }
  if (value_of(config, "cleanup.policy").find("delete") != std::string_view::npos)
    limits.retention_ms = limit_of(config, "retention.ms");
  return limits;
}

tl::expected<TimeToSet, TimeError> time_to_set(const EventTime& time, const TargetLimits& limits,
                                               Future future, std::int64_t now_ms) {
  const std::int64_t age_ms = now_ms - time.ms;
  const bool is_ahead = limits.after_max_ms && -age_ms > *limits.after_max_ms;
  if (is_ahead || time.ms >= kYear10000_ms) {
    if (future == Future::kClamp) return TimeToSet{now_ms, false};
    const auto limit =
        is_ahead ? "the target's message.timestamp.after.max.ms of " + duration(*limits.after_max_ms)
                 : std::string("the year 9999");
    return tl::unexpected(
        TimeError{Reason::kFuture, "its event time is " + duration(-age_ms) + " ahead, beyond " + limit});
  }
  if (limits.before_max_ms && age_ms > *limits.before_max_ms) {
    return tl::unexpected(
        TimeError{Reason::kTooOld, "it happened " + ago(age_ms) +
                                       ", and the target's message.timestamp.before.max.ms is " +
                                       duration(*limits.before_max_ms)});
  }
  if (limits.retention_ms && age_ms > *limits.retention_ms) {
    return tl::unexpected(TimeError{Reason::kBeyondRetention,
                                    "it happened " + ago(age_ms) + ", and the target's retention.ms is " +
                                        duration(*limits.retention_ms) + ": it would be deleted"});
  }
  return TimeToSet{time.ms, !time.is_substitute};
}

std::optional<Stop> check_target(const std::string& name, const TargetLimits& limits,
                                 const EventTimeRule& rule, std::int64_t now_ms,
                                 std::optional<std::int64_t> oldest_ms) {
  if (limits.overwrites_times) {
    return Stop{ExitCode::kRefused,
                "topic " + name +
                    " would overwrite event times with the time of writing: its message.timestamp.type is " +
                    "LogAppendTime. Nothing was carried; " +
                    set_config(name, "message.timestamp.type", "CreateTime, or leave eventTime out")};
  }
  if (!oldest_ms) return std::nullopt;
  const std::int64_t age_ms = now_ms - *oldest_ms;
  if (limits.before_max_ms && age_ms > *limits.before_max_ms)
    return too_old_for(name, "refuse", "message.timestamp.before.max.ms", *limits.before_max_ms, age_ms,
                       rule);
  if (limits.retention_ms && age_ms > *limits.retention_ms)
    return too_old_for(name, "delete", "retention.ms", *limits.retention_ms, age_ms, rule);
  return std::nullopt;
}

}  // namespace fusion::bridge
