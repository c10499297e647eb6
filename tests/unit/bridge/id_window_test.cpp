#include "bridge/id_window.h"

#include <gmock/gmock.h>

#include <deque>
#include <random>
#include <set>
#include <string>

namespace fusion::bridge {
namespace {

Fingerprint id(std::uint64_t number) { return fingerprint(std::to_string(number), 7); }

IdWindow::Limits limits(std::int64_t records, int duration_s, std::uint32_t max_ids = 1'000) {
  return {records, std::chrono::seconds(duration_s), max_ids};
}

TEST(IdWindow, KnowsARepeatWhicheverPartitionItComesFrom) {
  IdWindow window(limits(10, 0));
  EXPECT_TRUE(window.insert(0, 5, 1'000, id(1)));
  EXPECT_FALSE(window.insert(0, 6, 1'000, id(1)));
  EXPECT_FALSE(window.insert(1, 0, 1'000, id(1)));
  window.commit();
  EXPECT_FALSE(window.insert(1, 0, 1'000, id(1)));
  EXPECT_EQ(window.window_start(0), 5);
  EXPECT_EQ(window.window_start(1), std::nullopt);
}

TEST(IdWindow, AnAbortTakesBackWhatWasStagedAlone) {
  IdWindow window(limits(10, 0));
  window.insert(0, 0, 0, id(1));
  window.commit();
  window.insert(0, 1, 0, id(2));
  window.insert(1, 0, 0, id(3));
  window.abort();
  EXPECT_EQ(window.size(), 1u);
  EXPECT_TRUE(window.insert(0, 1, 0, id(2))) << "the record comes once more, and is no repeat of itself";
  EXPECT_FALSE(window.insert(0, 2, 0, id(1)));
}

TEST(IdWindow, ForgetsOnlyWhatIsBeyondTheRecordsAndOlderThanTheDuration) {
  IdWindow window(limits(2, 60));
  window.insert(0, 0, 0, id(0));
  window.insert(0, 1, 1'000, id(1));
  window.insert(0, 2, 60'000, id(2));
  window.commit();
  EXPECT_EQ(window.window_start(0), 0) << "beyond the records, and not older than the duration";
  window.insert(0, 3, 61'000, id(3));
  window.commit();
  EXPECT_EQ(window.window_start(0), 1);
  window.insert(0, 4, 900'000, id(4));
  window.commit();
  EXPECT_EQ(window.window_start(0), 3) << "the newest two stay, however old";
  EXPECT_EQ(window.size(), 2u);
}

TEST(IdWindow, StagedTimesForgetNothingBeforeTheyAreCommitted) {
  IdWindow window(limits(1, 10));
  window.insert(0, 0, 0, id(0));
  window.commit();
  window.insert(0, 1, 1'000'000, id(1));
  window.abort();
  window.insert(0, 1, 5'000, id(2));
  window.commit();
  EXPECT_EQ(window.window_start(0), 0);
}

TEST(IdWindow, SaysThatItIsShortWhenTheMemoryIsUsedUp) {
  IdWindow window(limits(100, 100, 3));
  for (int n = 0; n < 3; ++n) window.insert(n == 2 ? 1 : 0, n, 0, id(n));
  window.commit();
  EXPECT_FALSE(window.is_short());
  EXPECT_TRUE(window.insert(1, 3, 0, id(3)));
  EXPECT_TRUE(window.is_short());
  window.commit();
  EXPECT_EQ(window.window_start(0), 1) << "the oldest of the fullest partition went";
  EXPECT_TRUE(window.insert(0, 4, 0, id(0)));
}

TEST(IdWindow, ATransactionLargerThanTheMemoryIsCarriedAndSaidToBeShort) {
  IdWindow window(limits(100, 100, 2));
  for (int n = 0; n < 5; ++n) EXPECT_TRUE(window.insert(0, n, 0, id(n)));
  EXPECT_TRUE(window.is_short());
  EXPECT_FALSE(window.insert(0, 5, 0, id(1)));
  window.abort();
  EXPECT_EQ(window.size(), 0u);
}

TEST(IdWindow, APartitionThatAnotherReplicaHasIsForgotten) {
  IdWindow window(limits(10, 0));
  window.insert(0, 0, 0, id(1));
  window.insert(1, 0, 0, id(2));
  window.commit();
  window.keep_only([](int partition) { return partition != 0; });
  EXPECT_TRUE(window.insert(1, 1, 0, id(1)));
  EXPECT_FALSE(window.insert(1, 2, 0, id(2)));
}

TEST(IdWindow, WhatIsReadAgainIsHeldUntilTheLastRecordOfTheIdIsPassed) {
  IdWindow window(limits(2, 0));
  window.insert_again(0, 0, 0, id(1));
  window.insert_again(0, 1, 1'000, id(2));
  window.insert_again(0, 2, 2'000, id(1));
  window.commit();
  EXPECT_EQ(window.window_start(0), 1);
  EXPECT_FALSE(window.insert(0, 3, 3'000, id(1))) << "the record at 2 may be the one that was carried";
  window.insert(0, 4, 4'000, id(3));
  window.insert(0, 5, 5'000, id(4));
  window.commit();
  EXPECT_TRUE(window.insert(0, 6, 6'000, id(1)));
}

TEST(IdWindow, WhatIsReadAgainIsHeldForEachPartitionItCameFrom) {
  IdWindow window(limits(10, 0));
  window.insert_again(0, 0, 0, id(1));
  window.insert_again(1, 0, 0, id(1));
  window.commit();
  window.keep_only([](int partition) { return partition == 0; });
  EXPECT_FALSE(window.insert(0, 1, 0, id(1)));
}

TEST(IdWindow, HoldsAnIdInAtMost48Bytes) {
  for (const std::uint32_t max_ids : {1u, 1'000u, 786'432u, 786'433u, 1'000'000u, 1'500'000u}) {
    const IdWindow window(limits(10, 10, max_ids));
    EXPECT_LE(window.bytes(), std::max<std::size_t>(64, max_ids * IdWindow::kBytesPerId)) << max_ids;
  }
}

/// The same rules, in the plainest way.
class Model {
 public:
  explicit Model(const IdWindow::Limits& limits) : limits_(limits) {}

  bool insert(int partition, std::int64_t offset, std::int64_t time_s, std::uint64_t number) {
    if (ids_.contains(number)) return false;
    ids_.insert(number);
    staged_[partition].push_back({offset, time_s, number});
    return true;
  }
  void abort() {
    for (auto& [partition, entries] : staged_) {
      for (const auto& entry : entries) ids_.erase(entry.number);
    }
    staged_.clear();
  }
  void commit() {
    for (auto& [partition, entries] : staged_) {
      auto& held = held_[partition];
      for (const auto& entry : entries) {
        newest_[partition] = std::max(newest_[partition], entry.time_s);
        held.push_back(entry);
      }
      while (std::ssize(held) > limits_.records &&
             held.front().time_s + limits_.duration.count() < newest_[partition]) {
        ids_.erase(held.front().number);
        held.pop_front();
      }
    }
    staged_.clear();
  }
  void forget(int partition) {
    for (const auto& entry : held_[partition]) ids_.erase(entry.number);
    held_.erase(partition);
    newest_.erase(partition);
  }
  std::optional<std::int64_t> window_start(int partition) {
    if (!held_[partition].empty()) return held_[partition].front().offset;
    return staged_[partition].empty() ? std::nullopt : std::optional(staged_[partition].front().offset);
  }
  std::size_t size() const { return ids_.size(); }

 private:
  struct Entry {
    std::int64_t offset;
    std::int64_t time_s;
    std::uint64_t number;
  };
  const IdWindow::Limits limits_;
  std::set<std::uint64_t> ids_;
  std::map<int, std::deque<Entry>> held_, staged_;
  std::map<int, std::int64_t> newest_;
};

class IdWindowProperties : public ::testing::TestWithParam<int> {};

TEST_P(IdWindowProperties, AgreesWithTheModel) {
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()));
  const auto pick = [&](std::uint64_t below) { return random() % below; };
  const auto chosen = limits(static_cast<std::int64_t>(pick(20)), static_cast<int>(pick(50)), 400);
  IdWindow window(chosen);
  Model model(chosen);
  std::map<int, std::int64_t> next;
  std::map<int, std::int64_t> committed;
  std::int64_t now_s = 1'000;
  for (int step = 0; step < 5'000; ++step) {
    const auto what = pick(100);
    if (what < 90) {
      const int partition = static_cast<int>(pick(3));
      const auto number = pick(120);
      now_s += static_cast<std::int64_t>(pick(3));
      const auto time_s = now_s - static_cast<std::int64_t>(pick(20));
      const auto offset = next[partition]++;
      ASSERT_EQ(window.insert(partition, offset, time_s * 1'000, id(number)),
                model.insert(partition, offset, time_s, number));
    } else if (what < 95) {
      window.commit();
      model.commit();
      committed = next;
    } else if (what < 99) {
      window.abort();
      model.abort();
      next = committed;
    } else {
      window.abort();
      model.abort();
      next = committed;
      window.keep_only([](int partition) { return partition != 1; });
      model.forget(1);
    }
    ASSERT_EQ(window.size(), model.size());
    for (int partition = 0; partition < 3; ++partition)
      ASSERT_EQ(window.window_start(partition), model.window_start(partition));
  }
  EXPECT_FALSE(window.is_short());
}

INSTANTIATE_TEST_SUITE_P(Seeds, IdWindowProperties, ::testing::Range(0, 30));

}  // namespace
}  // namespace fusion::bridge
