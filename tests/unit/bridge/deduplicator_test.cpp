#include "bridge/deduplicator.h"

#include <gmock/gmock.h>

#include <array>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace fusion::bridge {
namespace {

using ::testing::IsEmpty;

Fingerprint id(std::uint64_t number) { return fingerprint(std::to_string(number), 1); }

const IdWindow::Limits kWide{1'000, std::chrono::seconds(0), 10'000};

Position at(std::int64_t offset, std::optional<std::int64_t> window_start = {}) {
  contract::Progress progress;
  progress.window_start = window_start;
  return {offset, progress};
}

TEST(Deduplicator, ReadsTheWindowOfAPartitionAgain) {
  Deduplicator deduplicator(kWide);
  EXPECT_EQ(deduplicator.assign({{0, at(9, 4)}, {1, at(3)}}), (Positions{{0, at(4, 4)}}));
  ASSERT_TRUE(deduplicator.is_reading_again());
  deduplicator.read_again(0, 4, 0, id(4));
  deduplicator.read_again(0, 7, 0, id(7));
  EXPECT_TRUE(deduplicator.is_reading_again());
  deduplicator.reached(0, 9);
  EXPECT_FALSE(deduplicator.is_reading_again()) << "transaction markers lie at 8";
  EXPECT_TRUE(deduplicator.is_repeat(1, 3, 0, id(7)));
  EXPECT_FALSE(deduplicator.is_repeat(1, 4, 0, id(5)));
}

TEST(Deduplicator, TakesNoIdFromBeyondTheCommittedPosition) {
  Deduplicator deduplicator(kWide);
  deduplicator.assign({{0, at(9, 4)}});
  deduplicator.read_again(0, 9, 0, id(9));
  EXPECT_FALSE(deduplicator.is_reading_again());
  EXPECT_FALSE(deduplicator.is_repeat(0, 9, 0, id(9))) << "it was not carried yet";
}

TEST(Deduplicator, KnowsWhatItCarriedItselfAfterAnAbort) {
  Deduplicator deduplicator(kWide);
  deduplicator.assign({{0, at(0)}});
  EXPECT_FALSE(deduplicator.is_repeat(0, 0, 0, id(1)));
  Positions positions{{0, at(1)}};
  deduplicator.stage(positions);
  EXPECT_EQ(positions.at(0).progress.window_start, 0);
  deduplicator.commit(positions);
  EXPECT_FALSE(deduplicator.is_repeat(0, 1, 0, id(2)));

  EXPECT_THAT(deduplicator.assign(positions), IsEmpty()) << "rewound to where the window ends";
  EXPECT_FALSE(deduplicator.is_repeat(0, 1, 0, id(2))) << "its transaction was aborted";
  EXPECT_TRUE(deduplicator.is_repeat(0, 2, 0, id(1)));
}

TEST(Deduplicator, ReadsAgainWhatAnotherReplicaCarriedMeanwhile) {
  Deduplicator deduplicator(kWide);
  deduplicator.assign({{0, at(0)}, {1, at(0)}});
  deduplicator.is_repeat(0, 0, 0, id(1));
  Positions positions{{0, at(1)}};
  deduplicator.stage(positions);
  deduplicator.commit(positions);

  EXPECT_EQ(deduplicator.assign({{0, at(5, 0)}, {1, at(0)}}), (Positions{{0, at(0, 0)}}));
  EXPECT_EQ(deduplicator.ids(), 0u);
}

TEST(Deduplicator, BeginsAnewWhatItHadReadAgainInPart) {
  Deduplicator deduplicator(kWide);
  deduplicator.assign({{0, at(9, 4)}});
  deduplicator.read_again(0, 4, 0, id(4));
  EXPECT_EQ(deduplicator.assign({{0, at(9, 4)}}), (Positions{{0, at(4, 4)}}));
  EXPECT_EQ(deduplicator.ids(), 0u);
}

/// A log with repeats, carried by replicas that abort, crash and exchange partitions: the target has each id
/// once, and no id is missing.
class DeduplicatorProperties : public ::testing::TestWithParam<int> {
 protected:
  static constexpr int kPartitions = 4;
  static constexpr std::int64_t kWindow = 60;

  struct Replica {
    Deduplicator deduplicator{{kWindow, std::chrono::seconds(0), 10'000}};
    Positions staged;
    std::vector<std::uint64_t> written;
  };

  std::uint64_t pick(std::uint64_t below) { return random_() % below; }

  /// New ids, and repeats of what came lately in the same partition, as retries are.
  void grow() {
    for (std::uint64_t i = 0; i < 1 + pick(10); ++i) {
      const auto partition = pick(kPartitions);
      auto& log = logs_[partition];
      const bool repeats = !log.empty() && pick(4) == 0;
      log.push_back(repeats ? log[log.size() - 1 - pick(std::min<std::size_t>(log.size(), 20))] : next_id_++);
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
    for (const auto& [partition, from] : replica.deduplicator.assign(positions)) {
      const auto& log = logs_[static_cast<std::size_t>(partition)];
      for (auto offset = from.offset; replica.deduplicator.is_reading_again() && offset < std::ssize(log);
           ++offset) {
        replica.deduplicator.read_again(partition, offset, 0, id(log[static_cast<std::size_t>(offset)]));
      }
    }
    ASSERT_FALSE(replica.deduplicator.is_reading_again());
  }

  void carry(Replica& replica) {
    for (auto& [partition, position] : replica.staged) {
      const auto& log = logs_[static_cast<std::size_t>(partition)];
      for (auto left = pick(15); left > 0 && position.offset < std::ssize(log); --left, ++position.offset) {
        const auto number = log[static_cast<std::size_t>(position.offset)];
        if (!replica.deduplicator.is_repeat(partition, position.offset, 0, id(number)))
          replica.written.push_back(number);
      }
    }
  }

  void commit(Replica& replica) {
    replica.deduplicator.stage(replica.staged);
    replica.deduplicator.commit(replica.staged);
    for (const auto& [partition, position] : replica.staged) committed_[partition] = position;
    for (const auto number : replica.written) EXPECT_TRUE(target_.insert(number).second) << number;
    replica.written.clear();
  }

  std::mt19937_64 random_{static_cast<std::uint64_t>(GetParam())};
  std::vector<std::vector<std::uint64_t>> logs_{kPartitions};
  std::uint64_t next_id_ = 0;
  Positions committed_{{0, {}}, {1, {}}, {2, {}}, {3, {}}};
  std::set<std::uint64_t> target_;
  std::array<std::unique_ptr<Replica>, 2> replicas_{std::make_unique<Replica>(), std::make_unique<Replica>()};
};

TEST_P(DeduplicatorProperties, EachIdArrivesOnceOverAbortsCrashesAndExchanges) {
  give_partitions();
  for (int step = 0; step < 1'500; ++step) {
    grow();
    auto& chosen = replicas_[pick(replicas_.size())];
    auto& replica = *chosen;
    carry(replica);
    const auto what = pick(20);
    if (what < 14) {
      commit(replica);
    } else if (what < 17) {
      Positions positions;
      for (const auto& [partition, position] : replica.staged) positions[partition] = committed_[partition];
      begin(replica, positions);  // aborted
    } else if (what < 18) {
      chosen = std::make_unique<Replica>();  // crashed
      give_partitions();
    } else {
      give_partitions();
    }
  }
  give_partitions();
  for (auto& replica : replicas_) {
    for (int i = 0; i < 20'000; ++i) carry(*replica);
    commit(*replica);
  }
  EXPECT_EQ(target_.size(), next_id_);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeduplicatorProperties, ::testing::Range(0, 20));

}  // namespace
}  // namespace fusion::bridge
