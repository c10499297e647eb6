#include "controllers/bridges/lag.h"

#include <gtest/gtest.h>

namespace fusion::bridges {
namespace {

using api::StartFrom;

ObservedPartition partition(std::optional<std::int64_t> committed, std::int64_t start, std::int64_t end) {
  ObservedPartition partition;
  partition.committed = committed;
  partition.start_offset = start;
  partition.end_offset = end;
  return partition;
}

TEST(Lag, IsWhatLiesBetweenCommittedAndEnd) {
  EXPECT_EQ(lag_records({{{0, partition(10, 0, 25)}, {1, partition(5, 0, 5)}}}, StartFrom::kEarliest), 15);
}

TEST(Lag, CountsAPartitionWithoutACommitFromItsEarliestOffset) {
  EXPECT_EQ(lag_records({{{0, partition({}, 100, 130)}}}, StartFrom::kEarliest), 30);
}

TEST(Lag, IsNotKnownBeforeTheFirstCommitOfABridgeThatStartsElsewhere) {
  EXPECT_EQ(lag_records({{{0, partition({}, 100, 130)}}}, StartFrom::kLatest), std::nullopt);
  EXPECT_EQ(lag_records({{{0, partition({}, 100, 130)}}}, StartFrom::kTimestamp), std::nullopt);
}

TEST(Lag, IsNotKnownWithoutPartitions) { EXPECT_EQ(lag_records({}, StartFrom::kEarliest), std::nullopt); }

TEST(Lag, IsNeverNegative) { EXPECT_EQ(lag_records({{{0, partition(30, 0, 25)}}}, StartFrom::kEarliest), 0); }

TEST(CarriedRecords, AreSummedOverPartitionsThatSayThem) {
  auto first = partition(1, 0, 1);
  first.progress = contract::Progress{.topic_id = "t", .records = 7, .bytes = 0, .watermark_ms = 5'000};
  auto second = first;
  second.progress->records = 5;
  second.progress->watermark_ms = 3'999;
  const ObservedGroup group{{{0, first}, {1, second}, {2, partition({}, 0, 0)}}};

  EXPECT_EQ(carried_records(group), 12);
  EXPECT_EQ(watermark(group), std::chrono::sys_seconds(std::chrono::seconds(3)));
  EXPECT_EQ(carried_records({}), std::nullopt);
  EXPECT_EQ(watermark({}), std::nullopt);
  ObservedGroup far;
  far.partitions[0].progress = contract::Progress{.topic_id = "t", .watermark_ms = INT64_MAX};
  EXPECT_EQ(watermark(far), std::nullopt) << "the API server would refuse the year, and the status with it";
}

TEST(DroppedDuplicates, AreSummedOverPartitionsWhoseIdsAreLookedAt) {
  auto plain = partition(1, 0, 1);
  plain.progress.emplace().records = 7;
  auto looked_at = plain;
  looked_at.progress->window_start = 0;
  auto with_repeats = looked_at;
  with_repeats.progress->duplicates = 3;

  EXPECT_EQ(dropped_duplicates({{{0, plain}, {1, partition({}, 0, 0)}}}), std::nullopt);
  EXPECT_EQ(dropped_duplicates({{{0, plain}, {1, looked_at}}}), 0);
  EXPECT_EQ(dropped_duplicates({{{0, with_repeats}, {1, looked_at}, {2, with_repeats}}}), 6);
}

TEST(WindowIsShort, IfItIsInOnePartition) {
  auto fine = partition(1, 0, 1);
  fine.progress.emplace().window_start = 0;
  auto is_short = fine;
  is_short.progress->window_is_short = true;

  EXPECT_FALSE(window_is_short({}));
  EXPECT_FALSE(window_is_short({{{0, fine}, {1, partition({}, 0, 0)}}}));
  EXPECT_TRUE(window_is_short({{{0, fine}, {1, is_short}}}));
}

ObservedPartition timed(std::optional<std::int64_t> committed, std::int64_t end,
                        std::optional<std::int64_t> watermark_ms, std::optional<std::int64_t> newest_ms) {
  auto timed = partition(committed, 0, end);
  timed.newest_ms = newest_ms;
  if (watermark_ms) timed.progress.emplace().watermark_ms = watermark_ms;
  return timed;
}

TEST(Skew, IsFromTheWatermarkToTheNewestRecord) {
  const ObservedGroup group{{{0, timed(5, 9, 1'000, 61'500)}, {1, timed(5, 6, 3'000, 7'000)}}};
  EXPECT_EQ(skew(group, StartFrom::kEarliest), std::chrono::milliseconds(60'500));
}

TEST(Skew, LeavesOutPartitionsWithNothingToCarry) {
  EXPECT_EQ(skew({{{0, timed(9, 9, 1'000, 1'000)}, {1, timed(5, 6, 3'000, 7'000)}}}, StartFrom::kEarliest),
            std::chrono::milliseconds(4'000));
  EXPECT_EQ(
      skew({{{0, timed(9, 9, 1'000, 1'000)}, {1, timed(6, 6, 7'000, 7'000)}, {2, timed({}, 0, {}, {})}}},
           StartFrom::kEarliest),
      std::chrono::milliseconds(0));
}

TEST(Skew, IsNotKnownWhereEitherSideIsNot) {
  EXPECT_EQ(skew({}, StartFrom::kEarliest), std::nullopt);
  EXPECT_EQ(skew({{{0, timed({}, 0, {}, {})}}}, StartFrom::kEarliest), std::nullopt) << "nothing was carried";
  EXPECT_EQ(skew({{{0, timed({}, 4, {}, 7'000)}}}, StartFrom::kEarliest), std::nullopt) << "no watermark";
  EXPECT_EQ(skew({{{0, timed(2, 4, 1'000, {})}}}, StartFrom::kEarliest), std::nullopt) << "an old broker";
  EXPECT_EQ(skew({{{0, timed(2, 4, 1'000, 2'000)}, {1, timed({}, 4, {}, 2'000)}}}, StartFrom::kEarliest),
            std::nullopt)
      << "a partition of which nothing was carried yet";
  EXPECT_EQ(skew({{{0, timed({}, 4, {}, 2'000)}}}, StartFrom::kLatest), std::nullopt) << "no position";
}

TEST(Skew, IsNeverNegative) {
  EXPECT_EQ(skew({{{0, timed(2, 4, 9'000, 8'000)}}}, StartFrom::kEarliest), std::chrono::milliseconds(0));
}

TEST(Bucketed, KeepsTwoDigits) {
  EXPECT_EQ(bucketed(0), 0);
  EXPECT_EQ(bucketed(99), 99);
  EXPECT_EQ(bucketed(101), 100);
  EXPECT_EQ(bucketed(336'776), 330'000);
}

TEST(BucketedTime, HasFewSteps) {
  using std::chrono::hours, std::chrono::milliseconds, std::chrono::seconds;
  EXPECT_EQ(bucketed(milliseconds(9'999)), seconds(0));
  EXPECT_EQ(bucketed(milliseconds(10'000)), seconds(10));
  EXPECT_EQ(bucketed(seconds(119)), seconds(60));
  EXPECT_EQ(bucketed(hours(23)), hours(16));
  EXPECT_EQ(bucketed(hours(71)), hours(48));
}

TEST(ShortForm, FitsAPrinterColumn) {
  EXPECT_EQ(short_form(0), "0");
  EXPECT_EQ(short_form(1'200), "1200");
  EXPECT_EQ(short_form(12'000), "12k");
  EXPECT_EQ(short_form(330'000), "330k");
  EXPECT_EQ(short_form(1'500'000), "1.5M");
  EXPECT_EQ(short_form(33'000'000), "33M");
  EXPECT_EQ(short_form(2'000'000'000), "2G");
  EXPECT_EQ(short_form(std::chrono::seconds(0)), "0s");
  EXPECT_EQ(short_form(std::chrono::minutes(20)), "20m");
  EXPECT_EQ(short_form(std::chrono::hours(16)), "16h");
  EXPECT_EQ(short_form(std::chrono::hours(72)), "3d");
}

}  // namespace
}  // namespace fusion::bridges
