#include "kafka/murmur2.h"

#include <gmock/gmock.h>

#include "java_client_vectors.h"

namespace fusion::kafka {
namespace {

std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

TEST(Murmur2, HashesAsTheJavaClientDoes) {
  const auto vectors = java_client_vectors();
  ASSERT_GE(vectors["keys"].size(), 1000u);
  for (const auto& key : vectors["keys"]) {
    EXPECT_EQ(murmur2(bytes_of_hex(key["hex"])), key["murmur2"].get<std::int32_t>()) << key["hex"];
  }
}

TEST(Murmur2, PartitionsAsTheJavaClientDoes) {
  const auto vectors = java_client_vectors();
  for (const auto& key : vectors["keys"]) {
    const auto bytes = bytes_of_hex(key["hex"]);
    for (std::size_t i = 0; i < vectors["partitions"].size(); ++i) {
      EXPECT_EQ(partition_for_key(bytes, vectors["partitions"][i]), key["partition"][i].get<std::int32_t>())
          << key["hex"] << " in " << vectors["partitions"][i];
    }
  }
}

TEST(Murmur2, EmptyKeyIsAKey) {
  EXPECT_EQ(murmur2(""), 275646681);
  EXPECT_EQ(partition_for_key("", 12), 9);
}

TEST(Murmur2, NegativeHashGivesAPartition) {
  // 21: from the tests of Kafka's own UtilsTest.
  EXPECT_EQ(murmur2("21"), -973932308);
  EXPECT_GE(partition_for_key("21", 7), 0);
}

}  // namespace
}  // namespace fusion::kafka
