#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "bridge/offset_tracker.h"
#include "bridge/stop.h"

namespace fusion::bridge {

/// Where a bridge begins that has never run.
struct StartFrom {
  enum class Kind { kEarliest, kLatest, kTimestamp };
  Kind kind = Kind::kEarliest;
  std::int64_t timestamp_ms = 0;  ///< kTimestamp: milliseconds since the epoch

  /// The words of the configuration: Earliest, Latest, Timestamp.
  static Result<StartFrom> parse(std::string_view word, std::int64_t timestamp_ms);
};

/// What Kafka says about the input topic and about the group's positions in it, at one moment.
struct ObservedPositions {
  struct Log {
    std::int64_t low = 0;                      ///< the first offset that is still there
    std::int64_t high = 0;                     ///< the last stable offset
    std::optional<std::int64_t> at_timestamp;  ///< the first record at or after the start timestamp
  };
  struct Committed {
    std::int64_t offset = 0;
    std::string metadata;
  };
  std::string topic;
  std::string topic_id;
  std::vector<Log> log;                         ///< of all partitions, by number
  std::map<std::int32_t, Committed> committed;  ///< of all partitions that have a commit
};

struct CarryFrom {
  Positions positions;  ///< of the assigned partitions
};
struct CommitFirst {
  Positions positions;  ///< of all partitions of the topic
};
/// Somebody else commits the first positions, or Kafka's answers do not know an assigned partition yet.
struct AskAgain {};

/// How to begin with an assignment.
using Beginning = std::variant<CarryFrom, CommitFirst, AskAgain>;

/// Decides where the partitions in `assigned` are carried from. Nothing is skipped silently, ever.
///
/// The first positions of *all* partitions are committed in one transaction before the first record is read,
/// by whoever has partition 0 (one member in each generation of the group; the commit carries the generation,
/// so that an older one is refused). Others wait for that. So a group has either no positions or positions of
/// all partitions that existed then, a partition without one appeared later and begins at 0, and neither a
/// crash nor a second replica can move a first position.
///
/// Stops with kPosition where the next record is gone (retention, truncation, DeleteRecords) or where the
/// commit's metadata is of a newer format; with kTopic where the positions are another topic's.
Result<Beginning> decide_beginning(const ObservedPositions& observed,
                                   const std::vector<std::int32_t>& assigned, const StartFrom& start_from);

/// A partition whose committed position is missing, or lies before what this process has itself committed
/// there (`committed_here`, offsets by partition); none: the answer is good.
///
/// While a process is a member of its group nobody else can set positions back. But a broker that comes back
/// after a crash may answer from a group that it is still loading: when it loses and regains its leadership
/// meanwhile, Kafka 4.1.0's CoordinatorRuntime takes the end of the first loading for that of the second.
std::optional<std::int32_t> partition_behind(const ObservedPositions& observed,
                                             const std::map<std::int32_t, std::int64_t>& committed_here);

/// The Stop for a position outside of the log.
Stop position_gone(const std::string& topic, std::int32_t partition, const std::string& position,
                   std::int64_t low, std::int64_t high);

}  // namespace fusion::bridge
