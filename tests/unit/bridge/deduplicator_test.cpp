#include "bridge/deduplicator.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/unit/bridge/simulated_bridge.h"

namespace fusion::bridge {
namespace {

using ::testing::IsEmpty;

Fingerprint id(std::uint64_t number) { return fingerprint(std::to_string(number), 1); }

const IdWindow::Limits kWide{1'000, std::chrono::seconds(0), 10'000};

constexpr std::int64_t kNewEra = 5;

Position at(std::int64_t offset, std::optional<std::int64_t> window_start = {}) {
  contract::Progress progress;
  progress.window_start = window_start;
  return {offset, progress};
}

TEST(Deduplicator, ReadsTheWindowOfAPartitionAgain) {
  Deduplicator deduplicator(kWide, kNewEra);
  EXPECT_EQ(deduplicator.assign({{0, at(9, 4)}, {1, at(3)}}), (Positions{{0, at(4)}}));
  ASSERT_TRUE(deduplicator.is_reading_again());
  deduplicator.read_again(0, 4, 0, id(4));
  deduplicator.read_again(0, 7, 0, id(7));
  EXPECT_TRUE(deduplicator.is_reading_again());
  deduplicator.reached(0, 9);
  EXPECT_FALSE(deduplicator.is_reading_again()) << "transaction markers lie at 8";
  EXPECT_TRUE(deduplicator.is_repeat(1, 3, 0, id(7)));
  EXPECT_FALSE(deduplicator.is_repeat(1, 4, 0, id(5)));
}

TEST(Deduplicator, CarriesAnIdThatNothingElseHolds) {
  Deduplicator deduplicator(kWide, kNewEra);
  deduplicator.assign({{0, at(9, 4)}, {1, at(3)}});
  deduplicator.read_again(0, 4, 0, id(4));
  deduplicator.reached(0, 9);
  ASSERT_TRUE(deduplicator.is_repeat(0, 9, 0, id(4)));
  EXPECT_EQ(deduplicator.only_holder(id(4)), (IdWindow::Holder{0, 4}));
  EXPECT_EQ(deduplicator.only_holder(id(5)), std::nullopt);

  deduplicator.carry_all_the_same(0, 9, 0, id(4));

  EXPECT_EQ(deduplicator.only_holder(id(4)), (IdWindow::Holder{0, 9}));
  Positions positions{{0, at(10)}};
  deduplicator.stage(positions);
  deduplicator.commit(positions);
  EXPECT_TRUE(deduplicator.is_repeat(1, 3, 0, id(4)));
}

TEST(Deduplicator, KnowsNoOnlyHolderOfAnIdInTwoPartitions) {
  Deduplicator deduplicator(kWide, kNewEra);
  deduplicator.assign({{0, at(9, 4)}, {1, at(3)}});
  deduplicator.read_again(0, 4, 0, id(4));
  deduplicator.reached(0, 9);
  deduplicator.carry_all_the_same(1, 3, 0, id(4));
  EXPECT_EQ(deduplicator.only_holder(id(4)), std::nullopt);
}

TEST(Deduplicator, ForgetsWhatItCarriedAllTheSameInAnAbortedTransaction) {
  Deduplicator deduplicator(kWide, kNewEra);
  const Positions positions{{0, at(9, 4)}};
  deduplicator.assign(positions);
  deduplicator.read_again(0, 4, 0, id(4));
  deduplicator.reached(0, 9);
  deduplicator.carry_all_the_same(0, 9, 0, id(4));

  EXPECT_THAT(deduplicator.assign(positions), IsEmpty());
  EXPECT_FALSE(deduplicator.is_repeat(0, 9, 0, id(4))) << "it comes again, and was never carried";
}

/// Carries the next record, and returns what the commit says of the partition.
contract::Progress carry(Deduplicator& deduplicator, std::int64_t offset) {
  EXPECT_FALSE(deduplicator.is_repeat(0, offset, 1'000 * offset, id(static_cast<std::uint64_t>(offset))));
  Positions positions{{0, at(offset + 1)}};
  deduplicator.stage(positions);
  deduplicator.commit(positions);
  return positions.at(0).progress;
}

TEST(Deduplicator, TellsWhatTheWindowLackedWhenItWasTakenOverUntilItHasTurnedOver) {
  for (const bool ids_are_held : {true, false}) {
    Deduplicator deduplicator({2, std::chrono::seconds(0), 10'000}, kNewEra);
    auto position = at(9, ids_are_held ? 8 : 9);
    position.progress.window_is_short = true;
    position.progress.ids_are_lost = true;
    deduplicator.assign({{0, position}});
    if (ids_are_held) deduplicator.read_again(0, 8, 8'000, id(8));
    deduplicator.reached(0, 9);
    const std::int64_t turned_over = 11;
    for (std::int64_t offset = 9; offset < turned_over; ++offset) {
      const auto told = carry(deduplicator, offset);
      EXPECT_TRUE(told.window_is_short && told.ids_are_lost) << offset << ids_are_held;
    }
    carry(deduplicator, turned_over);
    const auto told = carry(deduplicator, turned_over + 1);
    EXPECT_FALSE(told.window_is_short || told.ids_are_lost) << ids_are_held;
  }
}

TEST(Deduplicator, TakesNoIdFromBeyondTheCommittedPosition) {
  Deduplicator deduplicator(kWide, kNewEra);
  deduplicator.assign({{0, at(9, 4)}});
  deduplicator.read_again(0, 9, 0, id(9));
  EXPECT_FALSE(deduplicator.is_reading_again());
  EXPECT_FALSE(deduplicator.is_repeat(0, 9, 0, id(9))) << "it was not carried yet";
}

TEST(Deduplicator, KnowsWhatItCarriedItselfAfterAnAbort) {
  Deduplicator deduplicator(kWide, kNewEra);
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
  Deduplicator deduplicator(kWide, kNewEra);
  deduplicator.assign({{0, at(0)}, {1, at(0)}});
  deduplicator.is_repeat(0, 0, 0, id(1));
  Positions positions{{0, at(1)}};
  deduplicator.stage(positions);
  deduplicator.commit(positions);

  EXPECT_EQ(deduplicator.assign({{0, at(5, 0)}, {1, at(0)}}), (Positions{{0, at(0)}}));
  EXPECT_EQ(deduplicator.ids(), 0u);
}

TEST(Deduplicator, BeginsAnewWhatItHadReadAgainInPart) {
  Deduplicator deduplicator(kWide, kNewEra);
  deduplicator.assign({{0, at(9, 4)}});
  deduplicator.read_again(0, 4, 0, id(4));
  EXPECT_EQ(deduplicator.assign({{0, at(9, 4)}}), (Positions{{0, at(4)}}));
  EXPECT_EQ(deduplicator.ids(), 0u);
}

class DeduplicatorProperties : public SimulatedBridge, public ::testing::WithParamInterface<int> {
 protected:
  DeduplicatorProperties() : SimulatedBridge(GetParam()) {}
};

TEST_P(DeduplicatorProperties, NoIdIsLostOrRepeatedOverAbortsCrashesAndExchanges) {
  give_partitions();
  for (int i = 0; i < 1'500; ++i) step();
  carry_everything();
  EXPECT_EQ(ever_carried_.size(), next_id_);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeduplicatorProperties, ::testing::Range(0, 20));

}  // namespace
}  // namespace fusion::bridge
