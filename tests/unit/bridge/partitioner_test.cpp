#include "bridge/partitioner.h"

#include <gmock/gmock.h>
#include <librdkafka/rdkafka.h>

#include <random>
#include <set>

namespace fusion::bridge {
namespace {

using By = Partitioner::By;
using Hash = Partitioner::Hash;

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

TEST(Partitioner, PutsKeysWhereLibrdkafkaDoes) {
  Partitioner partitioner(By::kKey, Hash::kConsistentRandom);
  // CRC-32 of ISO 3309, with its published check value and two more of zlib's.
  EXPECT_EQ(partitioner.partition_for("123456789", 0, 0, 1'000'000'007), 0xcbf43926u % 1'000'000'007u);
  EXPECT_EQ(partitioner.partition_for("a", 0, 0, 12), 0xe8b7be43u % 12u);
  EXPECT_EQ(partitioner.partition_for("The quick brown fox jumps over the lazy dog", 0, 0, 12),
            0x414fa339u % 12u);
}

TEST(Partitioner, AgreesWithLibrdkafkaOnEveryKey) {
  Partitioner consistent(By::kKey, Hash::kConsistentRandom);
  Partitioner murmur2(By::kPointer, Hash::kMurmur2Random);
  std::mt19937_64 random(1);
  for (int i = 0; i < 2'000; ++i) {
    std::string key(1 + random() % 40, '\0');
    for (auto& letter : key) letter = static_cast<char>(random());
    const auto partitions = static_cast<std::int32_t>(1 + random() % 1'000);
    ASSERT_EQ(consistent.partition_for(key, 0, 1, partitions),
              rd_kafka_msg_partitioner_consistent_random(nullptr, key.data(), key.size(), partitions, nullptr,
                                                         nullptr));
    ASSERT_EQ(murmur2.partition_for(key, 0, 1, partitions),
              rd_kafka_msg_partitioner_murmur2_random(nullptr, key.data(), key.size(), partitions, nullptr,
                                                      nullptr));
  }
}

TEST(Partitioner, TakesAnEmptyKeyForAKeyAsJavaDoesAndForNoneAsLibrdkafkaDoes) {
  Partitioner java(By::kKey, Hash::kMurmur2Random);
  Partitioner librdkafka(By::kKey, Hash::kConsistentRandom);
  std::set<std::int32_t> seen_by_java;
  std::set<std::int32_t> seen_by_librdkafka;
  for (int i = 0; i < 3; ++i) {
    seen_by_java.insert(java.partition_for("", 0, 64 * 1024, 3));
    seen_by_librdkafka.insert(librdkafka.partition_for("", 0, 64 * 1024, 3));
  }
  EXPECT_EQ(seen_by_java.size(), 1u);
  EXPECT_EQ(seen_by_librdkafka.size(), 3u);
}

TEST(Partitioner, PutsByPointerWhatTheKeyWouldBePut) {
  for (const auto hash : {Hash::kMurmur2Random, Hash::kConsistentRandom}) {
    Partitioner by_key(By::kKey, hash);
    Partitioner by_pointer(By::kPointer, hash);
    for (const auto* key : {"carrier", "LH", "7"})
      EXPECT_EQ(by_pointer.partition_for(key, 4, 100, 12), by_key.partition_for(key, 5, 200, 12)) << key;
  }
}

TEST(PartitioningKey, IsTheScalarsText) {
  JsonPointers json({"/none", "/k"});
  const auto key = [&](const char* value) {
    json.read(value);
    return partitioning_key(json, 1, "/k");
  };
  EXPECT_EQ(key(R"({"k": "LH"})"), "LH");
  EXPECT_EQ(key(R"({"k": ""})"), "");
  EXPECT_EQ(key(R"({"k": 7.0})"), "7");
  EXPECT_EQ(key(R"({"k": true})"), "true");
  for (const auto* value : {"{}", R"({"k": null})", R"({"k": {}})", "[]"})
    EXPECT_EQ(key(value).error(), "its value has no text and no number at /k, which decides on its partition")
        << value;
  for (const auto* value : {"", "{"})
    EXPECT_EQ(key(value).error(), "its value, in which /k decides on its partition, is not JSON");
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
  EXPECT_EQ(Partitioner::parse("Pointer"), By::kPointer);
  EXPECT_EQ(Partitioner::parse("Preserve"), By::kPreserve);
  EXPECT_EQ(Partitioner::parse("RoundRobin"), By::kRoundRobin);
  EXPECT_EQ(Partitioner::parse("Random").error().code, ExitCode::kConfig);
  EXPECT_EQ(Partitioner::parse_hash("Murmur2Random"), Hash::kMurmur2Random);
  EXPECT_EQ(Partitioner::parse_hash("ConsistentRandom"), Hash::kConsistentRandom);
  EXPECT_EQ(Partitioner::parse_hash("Consistent").error().code, ExitCode::kConfig);
}

}  // namespace
}  // namespace fusion::bridge
