#include "controllers/bridges/partition_growth.h"

#include <gtest/gtest.h>

namespace fusion::bridges {
namespace {

using std::chrono::minutes;

PartitionGrowth::Instant at(int minute) { return PartitionGrowth::Instant(minutes(minute)); }

ObservedPartition partition(std::int64_t end, std::optional<std::int64_t> window_start) {
  ObservedPartition partition;
  partition.end_offset = end;
  if (window_start) partition.progress.emplace().window_start = window_start;
  return partition;
}

TEST(PartitionGrowth, IsOverWhenEachWindowHasPassedWhereProducersHadFollowed) {
  PartitionGrowth growth;
  growth.observe(at(0), {{{0, partition(100, 0)}, {1, partition(0, {})}}});
  growth.observe(at(10), {{{0, partition(150, 0)}, {1, partition(20, 0)}}});
  EXPECT_FALSE(growth.is_over());
  growth.observe(at(11), {{{0, partition(300, 149)}, {1, partition(90, 20)}}});
  EXPECT_FALSE(growth.is_over()) << "149 was written by one that may not have known of partition 1";
  growth.observe(at(12), {{{0, partition(300, 150)}, {1, partition(90, 19)}}});
  EXPECT_FALSE(growth.is_over());
  growth.observe(at(13), {{{0, partition(300, 150)}, {1, partition(90, 20)}}});
  EXPECT_TRUE(growth.is_over());
}

TEST(PartitionGrowth, IsNotOverBeforeProducersHaveFollowed) {
  PartitionGrowth growth;
  growth.observe(at(0), {{{0, partition(100, 100)}}});
  growth.observe(at(9), {{{0, partition(100, 100)}}});
  EXPECT_FALSE(growth.is_over());
  growth.observe(at(10), {{{0, partition(100, 100)}}});
  EXPECT_TRUE(growth.is_over());
}

TEST(PartitionGrowth, NeedsNothingOfPartitionsThatWereEmpty) {
  PartitionGrowth growth;
  growth.observe(at(0), {{{0, partition(0, {})}}});
  growth.observe(at(10), {{{0, partition(0, {})}}});
  EXPECT_TRUE(growth.is_over());
}

TEST(PartitionGrowth, IsNotOverWhileNobodyKnowsWhichIdsAreHeld) {
  PartitionGrowth growth;
  growth.observe(at(0), {});
  growth.observe(at(20), {});
  EXPECT_FALSE(growth.is_over()) << "no partitions are known";
  growth.observe(at(30), {{{0, partition(7, {})}}});
  growth.observe(at(40), {{{0, partition(7, {})}}});
  EXPECT_FALSE(growth.is_over());
}

}  // namespace
}  // namespace fusion::bridges
