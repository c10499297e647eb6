#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bridge/deduplicator.h"

namespace fusion::bridge {

/// A log with repeats, carried by two replicas that abort, crash and exchange partitions, each a pair of
/// them. No id may be missing in the target, and none be there twice unless its first record was beyond the
/// window.
class SimulatedBridge : public ::testing::Test {
 protected:
  static constexpr int kPartitions = 4;
  static constexpr std::int64_t kWindow = 60;

  using Carried = std::map<std::uint64_t, std::pair<std::int32_t, std::int64_t>>;  ///< by id: where it was

  struct Replica {
    Replica(std::size_t ordinal, std::int64_t new_era)
        : ordinal(ordinal), deduplicator({kWindow, std::chrono::seconds(0), 10'000}, new_era) {}
    const std::size_t ordinal;
    Deduplicator deduplicator;
    Positions staged;
    Carried written;
  };

  explicit SimulatedBridge(int seed) : random_(static_cast<std::uint64_t>(seed)) {
    for (std::size_t ordinal = 0; ordinal < replicas_.size(); ++ordinal) start(ordinal);
  }

  /// What a replica remembers of its partitions elsewhere.
  virtual void recall(Replica&) {}
  /// Between two steps of a replica.
  virtual void between(Replica&) {}

  static Fingerprint id(std::uint64_t number) { return fingerprint(std::to_string(number), 1); }
  /// Of different seconds, so that the window forgets by the number of records alone.
  static std::int64_t time_ms(std::int64_t offset) { return 1'000 * offset; }

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  void start(std::size_t ordinal) { replicas_[ordinal] = std::make_unique<Replica>(ordinal, ++eras_); }

  void step() {
    grow();
    auto& replica = *replicas_[pick(replicas_.size())];
    carry(replica);
    const auto what = pick(20);
    if (what < 14) {
      commit(replica);
    } else if (what < 17) {
      Positions positions;
      for (const auto& [partition, position] : replica.staged) positions[partition] = committed_[partition];
      begin(replica, positions);  // aborted
    } else {
      if (what < 18) start(replica.ordinal);  // crashed
      give_partitions();
    }
    for (auto& each : replicas_) between(*each);
  }

  void carry_everything() {
    give_partitions();
    for (auto& replica : replicas_) {
      for (int i = 0; i < 20'000; ++i) carry(*replica);
      commit(*replica);
    }
  }

  /// New ids, and repeats of what came lately in the same partition or in the other one of its pair.
  void grow() {
    for (std::uint64_t i = 0; i < 1 + pick(10); ++i) {
      const auto partition = pick(kPartitions);
      const auto& source = logs_[pick(3) == 0 ? partition ^ 1 : partition];
      const bool repeats = !source.empty() && pick(3) == 0;
      const auto reach = std::min<std::size_t>(source.size(), 3 * kWindow);
      logs_[partition].push_back(repeats ? source[source.size() - 1 - pick(reach)] : next_id_++);
    }
  }

  void give_partitions() {
    const auto shift = pick(2);
    for (std::size_t r = 0; r < replicas_.size(); ++r) {
      Positions positions;
      for (int p = 0; p < kPartitions; ++p) {
        if ((static_cast<std::size_t>(p) / 2 + shift) % replicas_.size() == r) positions[p] = committed_[p];
      }
      begin(*replicas_[r], positions);
    }
  }

  void begin(Replica& replica, const Positions& positions) {
    replica.written.clear();
    replica.staged = positions;
    replica.deduplicator.assign(positions);
    recall(replica);
    for (const auto& [partition, from] : replica.deduplicator.to_read_again()) {
      const auto& log = logs_[static_cast<std::size_t>(partition)];
      for (auto offset = from.offset; offset < positions.at(partition).offset; ++offset) {
        const auto number = log[static_cast<std::size_t>(offset)];
        replica.deduplicator.read_again(partition, offset, time_ms(offset), id(number));
      }
    }
    ASSERT_FALSE(replica.deduplicator.is_reading_again());
  }

  void carry(Replica& replica) {
    for (auto& [partition, position] : replica.staged) {
      const auto& log = logs_[static_cast<std::size_t>(partition)];
      for (auto left = pick(15); left > 0 && position.offset < std::ssize(log); --left, ++position.offset) {
        const auto number = log[static_cast<std::size_t>(position.offset)];
        if (replica.deduplicator.is_repeat(partition, position.offset, time_ms(position.offset), id(number)))
          continue;
        expect_beyond_the_window(replica, number);
        replica.written[number] = {partition, position.offset};
      }
    }
  }

  void commit(Replica& replica) {
    replica.deduplicator.stage(replica.staged);
    replica.deduplicator.commit(replica.staged);
    for (const auto& [partition, position] : replica.staged) committed_[partition] = position;
    for (const auto& [number, record] : replica.written) {
      carried_[number] = record;
      ever_carried_.insert(number);
    }
    replica.written.clear();
  }

  void expect_beyond_the_window(const Replica& replica, std::uint64_t number) {
    EXPECT_FALSE(replica.written.contains(number)) << number << " twice in a transaction";
    const auto earlier = carried_.find(number);
    if (earlier == carried_.end()) return;
    const auto& [partition, offset] = earlier->second;
    const auto now = replica.staged.find(partition);
    ASSERT_NE(now, replica.staged.end());
    EXPECT_GT(now->second.offset - offset, kWindow)
        << number << " was carried at " << partition << "-" << offset;
  }

  std::mt19937_64 random_;
  std::int64_t eras_ = 0;
  std::vector<std::vector<std::uint64_t>> logs_{kPartitions};
  std::uint64_t next_id_ = 0;
  Positions committed_{{0, {}}, {1, {}}, {2, {}}, {3, {}}};
  Carried carried_;  ///< since somebody set the offsets of the partition
  std::set<std::uint64_t> ever_carried_;
  std::array<std::unique_ptr<Replica>, 2> replicas_;
};

}  // namespace fusion::bridge
