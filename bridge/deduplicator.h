#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "bridge/id_window.h"
#include "bridge/offset_tracker.h"

namespace fusion::bridge {

/// The ids of a partition at one moment: of everything that was carried in [window_start, covered).
struct IdStretch {
  std::int32_t partition = 0;
  std::int64_t era = 0;  ///< contract::Progress::window_era
  std::int64_t window_start = 0;
  std::int64_t covered = 0;
  std::uint64_t ids = 0;  ///< how many
  bool operator==(const IdStretch&) const = default;
};

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
  /// `new_era`, above 0, is drawn at random: the era of windows that begin here.
  Deduplicator(const IdWindow::Limits& window, std::int64_t new_era) : window_(window), new_era_(new_era) {}

  /// Follows these partitions from their committed positions; what was staged is forgotten. Ids of partitions
  /// that are where this window left them stay. Returns from where to read again: partitions that need none
  /// are not in it.
  Positions assign(const Positions& positions);

  bool is_reading_again() const { return !reading_again_.empty(); }
  /// A record that was read again; one at or after the committed position only ends the reading. Without an
  /// id it was carried before ids were looked at.
  void read_again(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                  const std::optional<Fingerprint>& id);
  /// What is left to be read again, by partition: from where on.
  Positions to_read_again() const;
  /// The reading of a partition has come to `offset`, with or without a record there.
  void reached(std::int32_t partition, std::int64_t offset);

  /// Whether ids of this stretch, remembered elsewhere, spare some of what is to be read again, and fit in.
  bool can_recall(const IdStretch& stretch) const;
  /// Takes an id of a stretch that can be recalled; offsets ascend.
  void recall(const IdStretch& stretch, const IdWindow::Held& held);
  /// The last id was given: what is read again begins behind the stretch. If the stretch is not whole, its
  /// ids are forgotten.
  void end_recall(const IdStretch& stretch, bool is_whole);

  /// The partitions whose ids are known.
  std::vector<std::int32_t> partitions() const;
  /// The committed ids of such a partition. Their number is not told.
  IdStretch stretch(std::int32_t partition) const;
  const IdWindow& window() const { return window_; }

  /// Whether the record is a repeat. If not, it is to be carried, and its id is staged.
  bool is_repeat(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                 const Fingerprint& id);

  /// The record that holds the id, if there is one alone.
  std::optional<IdWindow::Holder> only_holder(const Fingerprint& id) const { return window_.only_holder(id); }
  /// Takes a record that is_repeat() told to be one for no repeat: it is to be carried, and holds its id as
  /// well.
  void carry_all_the_same(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                          const Fingerprint& id);

  /// Writes where the window begins, its era and what it lacks into the positions that are about to be
  /// committed.
  void stage(Positions& positions);
  /// These positions were committed. (What an aborted transaction staged is forgotten by `assign`.)
  void commit(const Positions& positions);

  std::size_t ids() const { return window_.size(); }
  /// Records that were read again since `assign`.
  std::int64_t records_read_again() const { return records_read_again_; }
  std::size_t bytes() const { return window_.bytes(); }

 private:
  struct Covered {
    std::int64_t until = 0;  ///< the window holds the ids up to here
    std::int64_t era = 0;
    std::int64_t taken_over_at = 0;
    std::optional<std::int64_t> first_since;  ///< the first id that was held after that
    /// What was wrong with the window when it was taken over, until it has turned over.
    bool is_short = false;
    bool ids_are_lost = false;

    /// Turned over: neither an id from before the take-over is held, nor the first one since.
    void look(std::optional<std::int64_t> lowest_held);
  };
  struct Reading {
    std::int64_t from = 0;
    std::int64_t until = 0;
  };

  IdWindow window_;
  const std::int64_t new_era_;
  std::map<std::int32_t, Covered> covered_;        ///< by partition
  std::map<std::int32_t, Reading> reading_again_;  ///< by partition; they are in covered_ too
  std::int64_t records_read_again_ = 0;            ///< since `assign`
};

}  // namespace fusion::bridge
