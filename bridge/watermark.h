#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace fusion::bridge {

/// How far in event time the partitions of a replica are, and which of them have to wait for the others.
///
/// A partition's watermark is its highest event time so far less `max_out_of_orderness`; it never goes back.
/// The replica's is the lowest of its partitions; idle ones are left out. It stays where it is while all are
/// idle or one that is not idle has no watermark yet, and never goes back until `assign`.
///
/// A partition is idle when nothing came for `idle_after` though its reader stood at the very end, was not
/// paused, and Kafka answered lately. In front of an open transaction it does not stand at the end: what is
/// in there is still to come.
///
/// A partition that is ahead of the lowest one by more than `max_drift` is to be paused, and to be resumed
/// when it is ahead by half of that or less: so that it does not stop and go with each record. Partitions
/// without a watermark neither wait nor are waited for.
///
/// Pure: time is passed in, from any clock that never goes back. Not thread-safe.
class Watermark {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Milliseconds = std::chrono::milliseconds;

  /// For so long Kafka's last word on where a partition ends is not too old.
  static constexpr Milliseconds kLately{15'000};

  struct Limits {
    Milliseconds max_out_of_orderness{0};
    std::optional<Milliseconds> idle_after = {};  ///< none: no partition is ever idle
    std::optional<Milliseconds> max_drift = {};   ///< none: none is paused. Needs idle_after
  };
  explicit Watermark(const Limits& limits) : limits_(limits) {}

  /// Forgets everything and follows these partitions, none of them paused, from the watermarks that were
  /// committed for them; none: there is none. Times are milliseconds since 1970, here and below.
  void assign(const std::map<std::int32_t, std::optional<std::int64_t>>& committed_ms, Time now);

  /// A record of a followed partition was read. `event_time_ms`: none for a time that advances no watermark.
  void read(std::int32_t partition, std::optional<std::int64_t> event_time_ms, Time now);

  /// Kafka has told where a followed partition ends. `at_end`: the reader stands at the high watermark, and
  /// not at the last stable offset before it.
  void asked(std::int32_t partition, bool at_end, Time now);

  /// Which followed partitions are to be paused and resumed now; they count as such from then on. `asked` of
  /// before does not count for those that are resumed.
  struct Pauses {
    std::vector<std::int32_t> pause;
    std::vector<std::int32_t> resume;
    bool operator==(const Pauses&) const = default;
  };
  Pauses decide(Time now);

  /// Of a followed partition, for its committed metadata; none: nothing is known.
  std::optional<std::int64_t> of(std::int32_t partition) const;
  /// Of the replica.
  std::optional<std::int64_t> lowest(Time now);

  bool is_idle(std::int32_t partition, Time now) const;
  /// How many partitions are paused.
  std::size_t paused() const;

 private:
  struct Entry {
    bool followed = false;
    bool paused = false;
    std::optional<std::int64_t> watermark_ms;
    Time quiet_since;  ///< the last record, or since when the reader can be said to stand at the end
    std::optional<Time> at_end;  ///< when Kafka last said so; none: it does not stand there
  };

  bool is_idle(const Entry& entry, Time now) const;
  /// Of the partitions that have a watermark and are not idle.
  std::optional<std::int64_t> lowest_of_active(Time now) const;

  Limits limits_;
  std::vector<Entry> entries_;  ///< by partition: found once for every record
  std::optional<std::int64_t> lowest_ms_;
};

}  // namespace fusion::bridge
