#include "controllers/bridges/progress_history.h"

#include <gmock/gmock.h>

namespace fusion::bridges {
namespace {

using std::chrono::seconds;
using ::testing::DoubleEq;
using ::testing::Optional;

/// An operator that looks at one bridge every so often.
class Watching {
 public:
  explicit Watching(api::StartFrom start_from = api::StartFrom::kEarliest) : start_from_(start_from) {}

  Pace at(int second, const ObservedGroup& group) {
    history_.observe(ProgressHistory::Instant(seconds(second)), group, start_from_);
    return history_.pace();
  }

 private:
  api::StartFrom start_from_;
  ProgressHistory history_;
};

ObservedPartition partition(std::optional<std::int64_t> committed, std::int64_t end) {
  ObservedPartition partition;
  partition.committed = committed;
  partition.end_offset = end;
  return partition;
}

ObservedGroup one(std::optional<std::int64_t> committed, std::int64_t end) {
  return {{{0, partition(committed, end)}}};
}

ObservedGroup carried(std::int64_t records) {
  auto known = partition(0, 0);
  known.progress.emplace().records = records;
  return {{{0, known}}};
}

TEST(ProgressHistory, KnowsNothingBeforeAnybodyLooked) {
  EXPECT_EQ(ProgressHistory().pace().lag, std::nullopt);
  EXPECT_EQ(ProgressHistory().pace().records_per_second, std::nullopt);
  EXPECT_EQ(Watching().at(0, {}).lag, std::nullopt);
}

TEST(ProgressHistory, HasNoLagWhereAllIsCarried) {
  Watching watching;
  EXPECT_EQ(watching.at(0, one(7, 7)).lag, seconds(0));
  EXPECT_EQ(watching.at(3'600, one(7, 7)).lag, seconds(0));
}

TEST(ProgressHistory, HasNoLagWhileEachLookFindsWhatTheLastOneSawCarried) {
  Watching watching;
  watching.at(0, one(95, 100));
  for (int i = 1; i < 100; ++i) {
    EXPECT_EQ(watching.at(10 * i, one(100 * i, 100 * i + 5)).lag, seconds(0)) << i;
  }
}

TEST(ProgressHistory, CountsFromWhenTheEndWasFirstSeenBeyondThePosition) {
  Watching watching;
  watching.at(0, one(7, 7));
  EXPECT_EQ(watching.at(10, one(7, 8)).lag, seconds(0));
  EXPECT_EQ(watching.at(20, one(7, 8)).lag, seconds(10));
  EXPECT_EQ(watching.at(30, one(7, 30)).lag, seconds(20));
  EXPECT_EQ(watching.at(40, one(8, 40)).lag, seconds(10)) << "8 was passed at 30";
  EXPECT_EQ(watching.at(50, one(29, 50)).lag, seconds(20));
  EXPECT_EQ(watching.at(60, one(50, 50)).lag, seconds(0));
}

TEST(ProgressHistory, DoesNotKnowSinceWhenABridgeIsBehindThatWasBehindBefore) {
  Watching watching;
  EXPECT_EQ(watching.at(0, one(7, 100)).lag, std::nullopt);
  EXPECT_EQ(watching.at(10, one(99, 120)).lag, std::nullopt);
  EXPECT_EQ(watching.at(20, one(100, 130)).lag, seconds(10)) << "100 was seen at 0, and more at 10";
}

TEST(ProgressHistory, IsOfTheSlowestPartition) {
  Watching watching;
  watching.at(0, {{{0, partition(0, 0)}, {1, partition(0, 0)}}});
  watching.at(10, {{{0, partition(5, 5)}, {1, partition(0, 5)}}});
  EXPECT_EQ(watching.at(20, {{{0, partition(5, 9)}, {1, partition(0, 5)}}}).lag, seconds(10));
  EXPECT_EQ(watching.at(30, {{{0, partition(9, 9)}, {1, partition(5, 5)}, {2, partition(0, 4)}}}).lag,
            std::nullopt)
      << "a partition that is new to us";
}

TEST(ProgressHistory, CountsAPartitionWithoutACommitOnlyIfTheBridgeStartsAtItsBeginning) {
  Watching from_earliest;
  from_earliest.at(0, one({}, 0));
  from_earliest.at(10, one({}, 3));
  EXPECT_EQ(from_earliest.at(20, one({}, 3)).lag, seconds(10));

  Watching from_latest(api::StartFrom::kLatest);
  from_latest.at(0, one({}, 0));
  EXPECT_EQ(from_latest.at(10, one({}, 3)).lag, std::nullopt);
}

TEST(ProgressHistory, BeginsAnewWithALogThatBeganAnew) {
  Watching watching;
  watching.at(0, one(100, 100));
  EXPECT_EQ(watching.at(10, one(0, 5)).lag, std::nullopt);
  watching.at(20, one(5, 5));
  watching.at(30, one(5, 6));
  EXPECT_EQ(watching.at(40, one(5, 6)).lag, seconds(10));
}

TEST(ProgressHistory, OfABridgeThatStandsStillForADayIsTrueToASixteenth) {
  Watching watching;
  watching.at(0, one(0, 0));
  constexpr int kDay = 86'400;
  for (int second = 10; second <= kDay; second += 10) watching.at(second, one(0, second));

  for (const int stood_still : {kDay - 10, kDay / 2, kDay / 10}) {
    const auto lag = watching.at(kDay + 1, one(kDay - stood_still, kDay)).lag;
    ASSERT_TRUE(lag);
    EXPECT_LE(*lag, seconds(stood_still));
    EXPECT_GE(*lag, seconds(stood_still - kDay / 14)) << stood_still;
    // The look before has let go of what it had passed: begin again.
    watching = Watching();
    watching.at(0, one(0, 0));
    for (int second = 10; second <= kDay; second += 10) watching.at(second, one(0, second));
  }
}

TEST(ProgressHistory, TakesALookOnce) {
  Watching watching;
  watching.at(0, one(0, 0));
  watching.at(10, one(0, 5));
  EXPECT_EQ(watching.at(10, one(0, 9)).lag, seconds(0));
  EXPECT_EQ(watching.at(20, one(5, 9)).lag, seconds(0)) << "9 was not seen before";
}

TEST(ProgressHistory, TellsTheRateOfTheLastHalfMinute) {
  Watching watching;
  EXPECT_EQ(watching.at(0, carried(1'000)).records_per_second, std::nullopt);
  EXPECT_THAT(watching.at(10, carried(1'050)).records_per_second, Optional(DoubleEq(5)));
  watching.at(20, carried(1'100));
  watching.at(30, carried(1'150));
  EXPECT_THAT(watching.at(40, carried(1'350)).records_per_second, Optional(DoubleEq(10)));
  EXPECT_THAT(watching.at(400, carried(1'350)).records_per_second, Optional(DoubleEq(0)));
}

TEST(ProgressHistory, KnowsNoRateOverACountThatBeganAnewOrIsGone) {
  Watching watching;
  watching.at(0, carried(1'000));
  EXPECT_EQ(watching.at(10, carried(3)).records_per_second, std::nullopt);
  EXPECT_THAT(watching.at(20, carried(23)).records_per_second, Optional(DoubleEq(2)));
  EXPECT_EQ(watching.at(30, one(0, 0)).records_per_second, std::nullopt);
}

}  // namespace
}  // namespace fusion::bridges
