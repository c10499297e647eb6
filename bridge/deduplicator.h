#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "bridge/id_window.h"
#include "bridge/offset_tracker.h"

namespace fusion::bridge {

/// Which records of the assigned partitions are repeats, and how to know it again after a crash or when a
/// partition has come from another replica.
///
/// A partition's ids are those of the records in [windowStart, committed). Each commit's metadata carries
/// windowStart; whoever gets the partition reads that stretch again without writing it, and then knows what
/// its predecessor knew. While any partition is being read again nothing is carried, because a repeat may
/// come from any of them.
///
/// Not thread-safe.
class Deduplicator {
 public:
  explicit Deduplicator(const IdWindow::Limits& window) : window_(window) {}

  /// Follows these partitions from their committed positions; what was staged is forgotten. Ids of partitions
  /// that are where this window left them stay. Returns from where to read again: partitions that need none
  /// are not in it.
  Positions assign(const Positions& positions);

  bool is_reading_again() const { return !reading_again_.empty(); }
  /// A record that was read again; one at or after the committed position only ends the reading. Without an
  /// id it was carried before ids were looked at.
  void read_again(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                  const std::optional<Fingerprint>& id);
  /// The reading of a partition has come to `offset`, with or without a record there.
  void reached(std::int32_t partition, std::int64_t offset);

  /// Whether the record is a repeat. If not, it is to be carried, and its id is staged.
  bool is_repeat(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                 const Fingerprint& id);

  /// Writes where the window begins into the positions that are about to be committed.
  void stage(Positions& positions) const;
  /// These positions were committed. (What an aborted transaction staged is forgotten by `assign`.)
  void commit(const Positions& positions);

  std::size_t ids() const { return window_.size(); }
  std::size_t bytes() const { return window_.bytes(); }

 private:
  IdWindow window_;
  std::map<std::int32_t, std::int64_t> covered_;        ///< by partition: the window holds the ids up to here
  std::map<std::int32_t, std::int64_t> reading_again_;  ///< by partition: up to here
  int read_again_ = 0;                                  ///< records, since ids were last forgotten
};

}  // namespace fusion::bridge
