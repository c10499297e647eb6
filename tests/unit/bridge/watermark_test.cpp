#include "bridge/watermark.h"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace fusion::bridge {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Pauses = Watermark::Pauses;

Watermark::Time at(std::chrono::milliseconds since_start) { return Watermark::Time(1h + since_start); }

/// Partitions 0, 1, ... without a committed watermark.
Watermark watermark_of(int partitions, const Watermark::Limits& limits) {
  Watermark watermark(limits);
  std::map<std::int32_t, std::optional<std::int64_t>> committed;
  for (int i = 0; i < partitions; ++i) committed[i] = std::nullopt;
  watermark.assign(committed, at(0s));
  return watermark;
}

TEST(Watermark, OfAPartitionIsItsHighestTimeLessTheOutOfOrderness) {
  auto watermark = watermark_of(1, {.max_out_of_orderness = 5s});
  EXPECT_EQ(watermark.of(0), std::nullopt);
  watermark.read(0, 100'000, at(0s));
  EXPECT_EQ(watermark.of(0), 95'000);
  watermark.read(0, 97'000, at(0s));
  EXPECT_EQ(watermark.of(0), 95'000);
  watermark.read(0, std::nullopt, at(0s));
  EXPECT_EQ(watermark.of(0), 95'000);
}

TEST(Watermark, IsTheLowestAndWaitsForAPartitionOfWhichNothingIsKnown) {
  auto watermark = watermark_of(2, {});
  watermark.read(0, 100, at(0s));
  EXPECT_EQ(watermark.lowest(at(0s)), std::nullopt);
  watermark.read(1, 50, at(0s));
  EXPECT_EQ(watermark.lowest(at(0s)), 50);
  watermark.read(1, 200, at(0s));
  EXPECT_EQ(watermark.lowest(at(0s)), 100);
}

TEST(Watermark, BeginsWithWhatWasCommitted) {
  Watermark watermark({.max_out_of_orderness = 10ms});
  watermark.assign({{3, 70}, {5, 90}}, at(0s));
  EXPECT_EQ(watermark.lowest(at(0s)), 70);
  watermark.read(3, 79, at(0s));
  EXPECT_EQ(watermark.of(3), 70) << "69 would be going back";
  watermark.read(3, 200, at(0s));
  EXPECT_EQ(watermark.lowest(at(0s)), 90);
  watermark.assign({{3, 20}}, at(0s));
  EXPECT_EQ(watermark.lowest(at(0s)), 20) << "another assignment";
}

TEST(Watermark, LeavesOutWhatIsIdle) {
  auto watermark = watermark_of(2, {.idle_after = 30s});
  watermark.read(0, 100, at(0s));
  watermark.read(1, 50, at(0s));
  watermark.asked(1, true, at(1s));
  EXPECT_EQ(watermark.lowest(at(30s)), 50);
  watermark.asked(1, true, at(30s));
  EXPECT_FALSE(watermark.is_idle(1, at(30s)));
  EXPECT_TRUE(watermark.is_idle(1, at(31s)));
  EXPECT_EQ(watermark.lowest(at(31s)), 100);
}

TEST(Watermark, APartitionThatIsIdleFromTheBeginningHoldsNothingUp) {
  auto watermark = watermark_of(2, {.idle_after = 10s});
  watermark.read(0, 100, at(0s));
  watermark.asked(1, true, at(0s));
  EXPECT_EQ(watermark.lowest(at(9s)), std::nullopt);
  EXPECT_EQ(watermark.lowest(at(10s)), 100);
}

TEST(Watermark, NoPartitionIsIdleUnlessKafkaHasSaidLatelyThatItIsAtItsEnd) {
  auto watermark = watermark_of(1, {.idle_after = 10s});
  EXPECT_FALSE(watermark.is_idle(0, at(1h))) << "never asked";
  watermark.asked(0, true, at(0s));
  EXPECT_TRUE(watermark.is_idle(0, at(15s)));
  EXPECT_FALSE(watermark.is_idle(0, at(16s))) << "Kafka is silent";
  watermark.asked(0, true, at(60s));
  EXPECT_TRUE(watermark.is_idle(0, at(60s)));
  watermark.asked(0, false, at(61s));
  EXPECT_FALSE(watermark.is_idle(0, at(61s))) << "an open transaction";
  watermark.asked(0, true, at(62s));
  EXPECT_FALSE(watermark.is_idle(0, at(71s)));
  EXPECT_TRUE(watermark.is_idle(0, at(72s)));
  watermark.read(0, std::nullopt, at(73s));
  EXPECT_FALSE(watermark.is_idle(0, at(84s))) << "not said since the last record";
  EXPECT_FALSE(watermark_of(1, {}).is_idle(0, at(1h)));
}

TEST(Watermark, StaysWhereItIsWhileAllAreIdle) {
  auto watermark = watermark_of(2, {.idle_after = 1s});
  watermark.read(0, 100, at(0s));
  watermark.read(1, 50, at(0s));
  EXPECT_EQ(watermark.lowest(at(0s)), 50);
  watermark.asked(0, true, at(0s));
  watermark.asked(1, true, at(0s));
  EXPECT_EQ(watermark.lowest(at(5s)), 50);
  Watermark resumed({.idle_after = 1s});
  resumed.assign({{0, 70}}, at(0s));
  resumed.asked(0, true, at(0s));
  EXPECT_EQ(resumed.lowest(at(5s)), 70);
}

TEST(Watermark, DoesNotGoBackWhenAPartitionWakesUpBehind) {
  auto watermark = watermark_of(2, {.idle_after = 1s});
  watermark.read(0, 100, at(0s));
  watermark.asked(1, true, at(0s));
  EXPECT_EQ(watermark.lowest(at(2s)), 100);
  watermark.read(1, 30, at(3s));
  EXPECT_EQ(watermark.lowest(at(3s)), 100);
  EXPECT_EQ(watermark.of(1), 30);
}

TEST(WatermarkPauses, WhatIsTooFarAheadAndResumesAtHalf) {
  auto watermark = watermark_of(3, {.idle_after = 1h, .max_drift = 60s});
  watermark.read(0, 0, at(0s));
  watermark.read(1, 60'000, at(0s));
  watermark.read(2, 60'001, at(0s));
  EXPECT_EQ(watermark.decide(at(0s)), (Pauses{{2}, {}}));
  EXPECT_EQ(watermark.decide(at(0s)), (Pauses{{}, {}})) << "said once";
  watermark.read(0, 30'000, at(0s));
  EXPECT_EQ(watermark.decide(at(0s)), (Pauses{{}, {}})) << "one millisecond more than half of it ahead";
  watermark.read(0, 30'001, at(0s));
  EXPECT_EQ(watermark.decide(at(0s)), (Pauses{{}, {2}}));
}

TEST(WatermarkPauses, DoNotWaitForWhatIsIdle) {
  auto watermark = watermark_of(2, {.idle_after = 10s, .max_drift = 1s});
  watermark.read(0, 1'000, at(0s));
  watermark.read(1, 5'000, at(0s));
  EXPECT_THAT(watermark.decide(at(0s)).pause, ElementsAre(1));
  watermark.asked(0, true, at(1s));
  watermark.asked(1, true, at(1s));
  EXPECT_THAT(watermark.decide(at(10s)).resume, IsEmpty());
  EXPECT_FALSE(watermark.is_idle(1, at(11s))) << "paused";
  EXPECT_THAT(watermark.decide(at(11s)).resume, ElementsAre(1));
  EXPECT_FALSE(watermark.is_idle(1, at(11s))) << "what Kafka said while it was paused is old";
  EXPECT_EQ(watermark.lowest(at(11s)), 5'000);
}

TEST(WatermarkPauses, APartitionWithoutAWatermarkNeitherWaitsNorIsWaitedFor) {
  auto watermark = watermark_of(2, {.idle_after = 10s, .max_drift = 1s});
  watermark.read(0, 100'000, at(0s));
  EXPECT_EQ(watermark.decide(at(0s)), Pauses{});
  watermark.read(1, 500'000, at(0s));
  EXPECT_THAT(watermark.decide(at(0s)).pause, ElementsAre(1));
}

TEST(WatermarkPauses, NothingWithoutALimit) {
  auto watermark = watermark_of(2, {.idle_after = 10s});
  watermark.read(0, 0, at(0s));
  watermark.read(1, 1'000'000'000, at(0s));
  EXPECT_EQ(watermark.decide(at(0s)), Pauses{});
}

/// The same rules told by what has happened, all of it kept.
class Model {
 public:
  struct Event {
    enum class What { kRead, kAtEnd, kNotAtEnd, kResumed } what;
    Watermark::Time when;
    std::optional<std::int64_t> event_time_ms = {};
  };
  Model(const Watermark::Limits& limits, std::map<std::int32_t, std::optional<std::int64_t>> committed)
      : limits_(limits), committed_(std::move(committed)) {}

  void happened(int partition, const Event& event) { events_[partition].push_back(event); }

  std::optional<std::int64_t> of(int partition) {
    auto highest = committed_[partition];
    for (const auto& event : events_[partition]) {
      if (event.event_time_ms)
        highest = std::max(highest.value_or(INT64_MIN),
                           *event.event_time_ms - limits_.max_out_of_orderness.count());
    }
    return highest;
  }
  /// Since the last thing that disturbs it, the answers that it is at its end begin `idle_after` ago or
  /// earlier.
  bool is_idle(int partition, Watermark::Time now) {
    if (!limits_.idle_after || paused_.contains(partition)) return false;
    std::optional<Watermark::Time> first;
    std::optional<Watermark::Time> last;
    for (const auto& event : events_[partition]) {
      if (event.what != Event::What::kAtEnd) {
        first.reset();
        last.reset();
        continue;
      }
      if (!first) first = event.when;
      last = event.when;
    }
    return first && now - *first >= *limits_.idle_after && now - *last <= Watermark::kLately;
  }
  std::set<int> active(Watermark::Time now) {
    std::set<int> active;
    for (const auto& [partition, watermark] : committed_) {
      if (!is_idle(partition, now)) active.insert(partition);
    }
    return active;
  }
  std::optional<std::int64_t> lowest(Watermark::Time now) {
    std::optional<std::int64_t> lowest;
    for (const int partition : active(now)) {
      const auto own = of(partition);
      if (!own) return lowest_;
      lowest = std::min(lowest.value_or(*own), *own);
    }
    if (lowest) lowest_ = std::max(lowest_.value_or(*lowest), *lowest);
    return lowest_;
  }
  Pauses decide(Watermark::Time now) {
    Pauses pauses;
    std::optional<std::int64_t> lowest;
    for (const int partition : active(now)) {
      if (const auto own = of(partition)) lowest = std::min(lowest.value_or(*own), *own);
    }
    if (!limits_.max_drift || !lowest) return pauses;
    for (const auto& [partition, watermark] : committed_) {
      const auto own = of(partition);
      if (!own) continue;
      const bool is_paused = paused_.contains(partition);
      if (!is_paused && *own - *lowest > limits_.max_drift->count()) pauses.pause.push_back(partition);
      if (is_paused && 2 * (*own - *lowest) <= limits_.max_drift->count()) pauses.resume.push_back(partition);
    }
    for (const int partition : pauses.pause) paused_.insert(partition);
    for (const int partition : pauses.resume) {
      paused_.erase(partition);
      happened(partition, {Event::What::kResumed, now});
    }
    return pauses;
  }

 private:
  const Watermark::Limits limits_;
  std::map<std::int32_t, std::optional<std::int64_t>> committed_;
  std::map<int, std::vector<Event>> events_;
  std::set<int> paused_;
  std::optional<std::int64_t> lowest_;
};

class WatermarkProperties : public ::testing::TestWithParam<int> {};

TEST_P(WatermarkProperties, AgreesWithTheModel) {
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()));
  const auto pick = [&](std::int64_t below) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(below));
  };
  const Watermark::Limits limits{
      .max_out_of_orderness = 1ms * pick(5'000),
      .idle_after = 1ms * pick(20'000),
      .max_drift = pick(4) == 0 ? std::nullopt : std::optional(1ms * pick(20'000))};
  std::map<std::int32_t, std::optional<std::int64_t>> committed;
  for (int i = 0; i < 4; ++i) committed[2 * i] = pick(2) == 0 ? std::nullopt : std::optional(pick(20'000));
  Watermark watermark(limits);
  auto now = at(0s);
  watermark.assign(committed, now);
  Model model(limits, committed);
  model.lowest(now);
  int pauses = 0;
  int idle = 0;
  std::optional<std::int64_t> before;
  for (int step = 0; step < 600; ++step) {
    now += 1ms * pick(3'000);
    const auto partition = static_cast<int>(2 * pick(4));
    const auto what = pick(10);
    if (what < 3) {
      const auto time_ms = pick(8) == 0 ? std::nullopt : std::optional(step * 200 + pick(30'000));
      watermark.read(partition, time_ms, now);
      model.happened(partition, {Model::Event::What::kRead, now, time_ms});
    } else {
      const bool at_end = what < 9;
      watermark.asked(partition, at_end, now);
      model.happened(partition, {at_end ? Model::Event::What::kAtEnd : Model::Event::What::kNotAtEnd, now});
    }
    if (pick(2) == 0) {
      const auto decided = watermark.decide(now);
      ASSERT_EQ(decided, model.decide(now)) << step;
      pauses += static_cast<int>(decided.pause.size());
    }
    const auto lowest = watermark.lowest(now);
    ASSERT_EQ(lowest, model.lowest(now)) << step;
    ASSERT_GE(lowest, before);
    before = lowest;
    for (const auto& [followed, ignored] : committed) {
      ASSERT_EQ(watermark.of(followed), model.of(followed)) << step;
      ASSERT_EQ(watermark.is_idle(followed, now), model.is_idle(followed, now)) << step;
      idle += watermark.is_idle(followed, now);
    }
  }
  EXPECT_GT(idle, 0);
  EXPECT_EQ(pauses > 0, limits.max_drift.has_value());
}

INSTANTIATE_TEST_SUITE_P(Seeds, WatermarkProperties, ::testing::Range(0, 40));

}  // namespace
}  // namespace fusion::bridge
