#include "bridge/partitioner.h"

#include <gmock/gmock.h>

#include <set>

namespace fusion::bridge {
namespace {

using By = Partitioner::By;

TEST(Partitioner, PutsKeysWhereTheJavaClientDoes) {
  Partitioner partitioner(By::kKey);
  // Partitions by org.apache.kafka.clients.producer.internals.BuiltInPartitioner of kafka-clients 4.1.0.
  EXPECT_EQ(partitioner.partition_for("", 0, 0, 12), 9);
  EXPECT_EQ(partitioner.partition_for("21", 3, 5, 1000), ((-973932308) & 0x7fffffff) % 1000);
  EXPECT_EQ(partitioner.partition_for("foobar", 7, 9, 1000), ((-790332482) & 0x7fffffff) % 1000);
}

TEST(Partitioner, KeepsTheKeyWhateverComesBetween) {
  Partitioner partitioner(By::kKey);
  const auto first = partitioner.partition_for("carrier", 0, 100, 6);
  partitioner.partition_for(std::nullopt, 0, 100'000, 6);
  EXPECT_EQ(partitioner.partition_for("carrier", 5, 100, 6), first);
}

TEST(Partitioner, FillsOnePartitionAfterTheOtherWithRecordsWithoutKey) {
  Partitioner partitioner(By::kKey);
  std::set<std::int32_t> seen;
  int changes = 0;
  std::int32_t before = 0;
  for (int i = 0; i < 3 * 64; ++i) {
    const auto partition = partitioner.partition_for(std::nullopt, 0, 1024, 3);
    seen.insert(partition);
    changes += partition != before;
    before = partition;
  }
  EXPECT_THAT(seen, testing::ElementsAre(0, 1, 2));
  EXPECT_EQ(changes, 2);
}

TEST(Partitioner, PreservesThePartition) {
  Partitioner partitioner(By::kPreserve);
  EXPECT_EQ(partitioner.partition_for("a", 4, 1, 6), 4);
  EXPECT_EQ(partitioner.partition_for(std::nullopt, 4, 1, 6), 4);
}

TEST(Partitioner, PreservesModuloWhereTheTargetHasFewerPartitions) {
  Partitioner partitioner(By::kPreserve);
  EXPECT_EQ(partitioner.partition_for("a", 4, 1, 3), 1);
}

TEST(Partitioner, GoesRound) {
  Partitioner partitioner(By::kRoundRobin);
  EXPECT_EQ(partitioner.partition_for("a", 0, 1, 3), 0);
  EXPECT_EQ(partitioner.partition_for("a", 0, 1, 3), 1);
  EXPECT_EQ(partitioner.partition_for("a", 0, 1, 3), 2);
  EXPECT_EQ(partitioner.partition_for("a", 0, 1, 3), 0);
}

TEST(Partitioner, KnowsTheWordsOfTheConfiguration) {
  EXPECT_EQ(Partitioner::parse("Key"), By::kKey);
  EXPECT_EQ(Partitioner::parse("Preserve"), By::kPreserve);
  EXPECT_EQ(Partitioner::parse("RoundRobin"), By::kRoundRobin);
  EXPECT_EQ(Partitioner::parse("Random").error().code, ExitCode::kConfig);
}

}  // namespace
}  // namespace fusion::bridge
