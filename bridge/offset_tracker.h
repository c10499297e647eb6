#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "contract/progress.h"

namespace fusion::bridge {

/// Where a partition of the input stands: the offset of the next record, and what was carried before it.
struct Position {
  std::int64_t offset = 0;
  contract::Progress progress;
  bool operator==(const Position&) const = default;
};

using Positions = std::map<std::int32_t, Position>;  ///< by partition

/// Positions of the assigned partitions: what is committed, and what the open transaction would commit.
/// Staged changes become the truth only by `commit()`; a transaction that is aborted is forgotten by
/// `assign()` of what Kafka says is committed.
///
/// Not thread-safe.
class OffsetTracker {
 public:
  /// Forgets everything and follows these partitions from their committed positions.
  void assign(const Positions& committed);

  bool follows(std::int32_t partition) const;

  /// The next offset, staged changes included. Of a followed partition.
  std::int64_t next_offset(std::int32_t partition) const;

  /// A record of a followed partition was given to the target. `bytes`: of key and value. `watermark_ms`: of
  /// the partition, now; none: not known.
  void carried(std::int32_t partition, std::int64_t offset, std::int64_t bytes,
               std::optional<std::int64_t> watermark_ms);

  /// The record at `offset`, which was carried, has no key.
  void had_no_key(std::int32_t partition, std::int64_t offset);

  /// A record of a followed partition was dropped, because it is a repeat.
  void dropped(std::int32_t partition, std::int64_t offset);

  /// A record of a followed partition became a dead letter.
  void set_aside(std::int32_t partition, std::int64_t offset);

  /// Everything before `offset` was read. Transaction markers and aborted records occupy offsets, so this
  /// may be beyond the last record + 1; without it lag would stay above zero for ever.
  void reached_end(std::int32_t partition, std::int64_t offset);

  bool has_staged() const { return staged_; }
  /// What to commit: the partitions whose position has moved since the last commit.
  Positions staged() const;

  struct Carried {
    std::int64_t records = 0;
    std::int64_t bytes = 0;
    std::int64_t duplicates = 0;  ///< dropped
    std::int64_t dead_letters = 0;
  };
  /// The transaction was committed: staged positions are the committed ones now. Returns what it carried.
  Carried commit();

  /// Committed positions of all followed partitions.
  Positions committed() const;

 private:
  struct Entry {
    bool followed = false;
    Position committed;
    Position staged;
  };
  std::vector<Entry> entries_;  ///< by partition: found once for every record
  bool staged_ = false;
};

}  // namespace fusion::bridge
