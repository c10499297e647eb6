#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "bridge/fingerprint.h"

namespace fusion::bridge {

/// The ids of the records that were carried last: what a bridge drops repeats by.
///
/// An id is forgotten only when it is beyond the newest `records` of its input partition *and* older than
/// `duration`, by the records' times: so that a log read again gives the same window. All partitions of a
/// replica share one window, and a repeat is found whichever of them it comes from.
///
/// Inserts are staged: `commit` makes them count, `abort` takes them back, because an aborted transaction's
/// records come once more and must not be repeats of themselves. Ids are forgotten by `commit` alone.
///
/// Memory: reserved by the constructor, at most kBytesPerId for each of `max_ids`. When that is used up, the
/// oldest id of the fullest partition goes although the window holds it, and `is_short` says so for good.
///
/// Not thread-safe.
class IdWindow {
 public:
  struct Limits {
    std::int64_t records = 1'000'000;  ///< of each input partition
    std::chrono::seconds duration{3'600};
    std::uint32_t max_ids = 4'000'000;
  };
  static constexpr std::size_t kBytesPerId = 48;

  /// An id and the record that it is of.
  struct Held {
    Fingerprint id;
    std::int64_t offset = 0;
    std::uint32_t time_s = 0;  ///< the record's time, in seconds since the epoch
    bool operator==(const Held&) const = default;
  };

  explicit IdWindow(const Limits& limits);

  /// Takes the id of the record at `offset`; offsets of a partition ascend. False: it is held already, the
  /// record is a repeat, and nothing changes. Staged until `commit`.
  bool insert(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms, const Fingerprint& id);

  /// Takes the id of a record that is read again, of a repeat too: nothing tells any more which of an id's
  /// records was carried, so the id is held until the window has passed the last of them. Staged; an abort
  /// forgets the id's earlier record of the partition too.
  void insert_again(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                    const Fingerprint& id);

  /// The transaction was committed: what was staged counts, and what the window has passed is forgotten.
  void commit();
  /// The transaction was aborted: as if what was staged had never been inserted.
  void abort();

  /// A record whose id is held.
  struct Holder {
    std::int32_t partition = 0;
    std::int64_t offset = 0;
    bool operator==(const Holder&) const = default;
  };
  /// The record that holds the id, if there is one alone, as far as the last of each partition tells.
  std::optional<Holder> only_holder(const Fingerprint& id) const;

  /// The lowest offset whose id is held, staged ones included: reading from here on brings the window back.
  /// None: no id of the partition is held.
  std::optional<std::int64_t> window_start(std::int32_t partition) const;

  /// Forgets the ids of all other partitions, which another replica has now. Nothing may be staged.
  void keep_only(const std::function<bool(std::int32_t partition)>& is_kept);

  /// How far a partition's ids were copied. Good until the partition is forgotten.
  struct Cursor {
    std::uint32_t entry = 0;
    std::int64_t offset = -1;
  };
  /// Copies committed ids of the partition by ascending offset, `most` of them or what there are, and moves
  /// the cursor behind the last. Between two calls the window may go on: what it has forgotten is left out.
  std::vector<Held> copy(std::int32_t partition, Cursor& cursor, std::size_t most) const;

  std::size_t size() const { return size_; }
  /// How many ids it can take without having to forget one.
  std::size_t room() const { return entries_.size() - size_; }
  /// Whether an id had to go before its time since the window was made: repeats of it are not found.
  bool is_short() const { return is_short_; }
  std::size_t bytes() const;

 private:
  using Index = std::uint32_t;
  static constexpr Index kNone = 0;  ///< entries count from 1

  /// Partition and offset share 8 bytes: Kafka would need 9 years at a million records a second to get past
  /// such an offset, and no cluster carries as many partitions.
  struct Entry {
    Fingerprint id;
    std::uint64_t offset : 48 = 0;
    std::uint64_t partition : 16 = 0;
    std::uint32_t time_s = 0;
    Index next = kNone;  ///< in the partition, by offset; or of the free ones
  };
  struct Partition {
    Index first = kNone;
    Index last = kNone;
    Index last_committed = kNone;
    std::int64_t size = 0;
    std::uint32_t newest_s = 0;  ///< of committed entries
  };

  static Entry make_entry(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                          const Fingerprint& id);
  Entry& entry(Index index) { return entries_[index - 1]; }
  const Entry& entry(Index index) const { return entries_[index - 1]; }
  std::size_t home(const Fingerprint& id) const { return id.low & (slots_.size() - 1); }
  std::size_t find_slot(const Fingerprint& id) const;
  std::size_t find_slot(const Fingerprint& id, std::int32_t partition) const;
  void remove_from_slots(Index index);
  std::optional<Index> take_free();
  void append(std::int32_t partition, Index index);
  bool make_room();
  void forget_first(Partition& partition);
  void forget_passed(Partition& partition);

  const Limits limits_;
  std::vector<Entry> entries_;
  /// Open addressing with linear probing, at most three quarters full. Of the entries with one id it has, for
  /// each partition, the last.
  std::vector<Index> slots_;
  Index free_ = kNone;
  std::size_t size_ = 0;
  std::map<std::int32_t, Partition> partitions_;
  std::vector<std::int32_t> staged_;  ///< the partitions that have staged entries
  bool is_short_ = false;
};

}  // namespace fusion::bridge
