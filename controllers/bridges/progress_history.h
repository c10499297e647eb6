#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "controllers/bridges/observed_bridge.h"

namespace fusion::bridges {

/// How one bridge got on, as its observations tell: a series of (instant, end offset) for each input
/// partition, and one of (instant, records carried). No record's own time is looked at.
///
/// A value: the same observations give the same figures. Bounded: of a partition at most kMostSeen instants
/// are kept, one while the bridge has carried all.
class ProgressHistory {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// Instants that a partition's series is thinned to: so the lag may come out too small, by about a
  /// sixteenth of the longest one.
  static constexpr std::size_t kMostSeen = 32;
  /// Over which the rate is taken, or since the observation before the last, if that is longer.
  static constexpr std::chrono::seconds kRateOver{30};

  /// Takes what Kafka said at `at`. Observations come in the order of time; one that is not later than the
  /// last is that one again.
  void observe(Instant at, const ObservedGroup& group, api::StartFrom start_from);

  /// What is known after the last observation.
  Pace pace() const;

 private:
  struct Seen {
    Instant at;
    std::int64_t end_offset = 0;
  };
  struct Carried {
    Instant at;
    std::int64_t records = 0;
  };
  struct Partition {
    std::vector<Seen> seen;                ///< each where the end offset was seen to have moved
    std::optional<std::int64_t> position;  ///< of the bridge; unset: not known
  };

  static void forget_one(std::vector<Seen>& seen);
  void follow(Partition& partition, std::int64_t end_offset) const;
  void count(std::optional<std::int64_t> records);
  std::optional<std::chrono::milliseconds> lag() const;
  std::optional<double> records_per_second() const;

  std::optional<Instant> last_;
  std::map<int, Partition> partitions_;
  std::deque<Carried> carried_;
};

}  // namespace fusion::bridges
