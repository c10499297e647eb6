#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "bridge/event_time.h"
#include "bridge/stop.h"
#include "kafka/admin.h"

namespace fusion::bridge {

/// What the target topic's configuration does to the times of records. All in milliseconds.
struct TargetLimits {
  bool overwrites_times = false;  ///< message.timestamp.type=LogAppendTime
  /// A record that is older, or further ahead, than this by the broker's clock is refused (KIP-937;
  /// message.timestamp.{before,after}.max.ms, before Kafka 3.6 message.timestamp.difference.max.ms). None: no
  /// limit.
  std::optional<std::int64_t> before_max_ms = {};
  std::optional<std::int64_t> after_max_ms = {};
  /// Records are deleted when they are older (retention.ms, with a cleanup.policy that deletes). None: not by
  /// age.
  std::optional<std::int64_t> retention_ms = {};
  bool operator==(const TargetLimits&) const = default;
};

/// Of a topic's configuration as Kafka describes it. A key that Kafka does not tell is no limit.
TargetLimits target_limits(const kafka::Config& config);

/// What becomes of records whose event time is further ahead than the target takes.
enum class Future { kClamp, kDeadLetter };

/// The time to write a record with.
struct TimeToSet {
  std::int64_t ms = 0;  ///< since 1970
  /// False where the time does not tell when the event happened: nothing follows for the events to come.
  bool advances_watermark = true;
  bool operator==(const TimeToSet&) const = default;
};

/// Decides what time a record gets in the target, or that the target would not take or not keep it.
///
/// Future is what is further ahead than the target takes, and the year 10,000 and everything after it
/// whatever the target takes: such times are other units, taken for milliseconds. `Future::kClamp` gives them
/// the present: the latest time that the target takes would let its readers' watermarks run ahead of what is
/// still to come.
///
/// `now_ms`: since 1970. Where the broker's clock is behind by more than the limit it still refuses.
tl::expected<TimeToSet, TimeError> time_to_set(const EventTime& time, const TargetLimits& limits,
                                               Future future, std::int64_t now_ms);

/// The Stop before the first record, if topic `name` would overwrite, refuse or delete what is to come: none
/// if it takes it as far as one can know. `oldest_ms`: the oldest event time that is still to be carried;
/// none: not known, then only what `time_to_set` says of each record guards against its age.
std::optional<Stop> check_target(const std::string& name, const TargetLimits& limits,
                                 const EventTimeRule& rule, std::int64_t now_ms,
                                 std::optional<std::int64_t> oldest_ms);

}  // namespace fusion::bridge
