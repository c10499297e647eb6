#include <map>
#include <random>

#include "tests/integration/bridge/bridge_fixture.h"

namespace fusion::bridge {
namespace {

using testing::HasSubstr;
using testing::SizeIs;
using std::chrono_literals::operator""s;

constexpr int kFailed = 1;
constexpr int kRefused = 5;
constexpr std::int64_t kTime_ms = 1'700'000'000'000;

/// What somebody else wrote into the source by mistake, or to do harm.
class BadInputTest : public BridgeTest {
 protected:
  static std::string noise(std::size_t bytes) {
    std::mt19937 random(1);
    std::string noise;
    for (std::size_t i = 0; i < bytes; ++i) noise += static_cast<char>(random() % 256);
    return noise;
  }

  contract::BridgeConfig uncompressed(const std::string& max_message_bytes) {
    auto config = bridge(1, 1, {{"max.message.bytes", max_message_bytes}});
    config.codec = "None";
    return config;
  }

  void configure(const std::string& topic, const std::map<std::string, std::string>& config) {
    const auto altered = kafka::ask<kafka::PerTopic<void>>([&](auto done) {
      admin->alter_configs({{topic, config, {}}}, done);
    });
    ASSERT_TRUE(altered.at(topic));
  }

  void write(const contract::BridgeConfig& config, const std::vector<Record>& records) {
    Writer writer(bootstrap);
    for (const auto& record : records) writer.write(config.from.name, record);
    writer.flush();
  }
};

TEST_F(BadInputTest, TombstonesAndEmptyValuesAreRecords) {
  const auto config = bridge(1, 1);
  write(config, {{"a", std::nullopt, kTime_ms}, {"a", "", kTime_ms}, {std::nullopt, std::nullopt, kTime_ms}});
  const auto process = start(config);
  wait_until_drained(config);
  const auto records = carried(config);
  ASSERT_THAT(records, SizeIs(3));
  EXPECT_EQ(records[0].value, std::nullopt);
  EXPECT_EQ(records[1].value, "");
}

TEST_F(BadInputTest, AnIdMayBeLongerThanAMebibyte) {
  auto config = bridge(1, 1, {{"max.message.bytes", "10000000"}});
  configure(config.from.name, {{"max.message.bytes", "10000000"}});
  config.guarantee = "EffectivelyOnce";
  config.deduplicate = {"Header", "id", 1'000, 0s, 10'000};
  Record one{"k", "v", kTime_ms, {{"id", noise(2'000'000)}}};
  Record other = one;
  other.headers[0].second->back() ^= 1;
  write(config, {one, other, one, other});
  const auto process = start(config);
  wait_until_drained(config);
  EXPECT_THAT(carried(config), SizeIs(2));
}

TEST_F(BadInputTest, AValueOfTheTargetsLimitIsCarriedAndOneByteMoreIsNot) {
  // Kafka's message format: a batch's header, and of a record its lengths (3, 1 and 3 bytes), attributes,
  // deltas, number of headers and a key of one byte.
  constexpr std::size_t kOverhead = 61 + 7 + 4 + 1;
  constexpr std::size_t kLimit = 20'000;
  const auto config = uncompressed(std::to_string(kLimit));
  write(config, {{"k", noise(kLimit - kOverhead), kTime_ms}});
  auto process = start(config);
  wait_until_drained(config);
  EXPECT_THAT(carried(config), SizeIs(1));

  write(config, {{"k", noise(kLimit - kOverhead + 1), kTime_ms}});
  EXPECT_EQ(process.exit_code(60s), kRefused);
  EXPECT_THAT(process.log(), HasSubstr("partition 0 offset 1 cannot be carried"));
  EXPECT_THAT(process.log(), HasSubstr("max.message.bytes (20000"));
  EXPECT_THAT(carried(config), SizeIs(1));
}

TEST_F(BadInputTest, ALimitThatIsLoweredWhileItRunsIsNoticedAndNothingIsLost) {
  const auto config = uncompressed("1000000");
  write(config, {{"k", noise(3'000), kTime_ms}});
  auto process = start(config);
  wait_until_drained(config);

  configure(config.to.name, {{"max.message.bytes", "10000"}});
  std::vector<Record> records;
  for (int i = 0; i < 100; ++i) records.push_back({"k", noise(3'000), kTime_ms});
  write(config, records);

  // Its batches are too large now, though no record is: a new process cuts smaller ones.
  EXPECT_EQ(process.exit_code(60s), kFailed);
  EXPECT_THAT(process.log(), HasSubstr("max.message.bytes was 1000000 and is 10000"));
  process = start(config);
  wait_until_drained(config);
  EXPECT_THAT(carried(config), SizeIs(101));
}

TEST_F(BadInputTest, ACompressionBombIsRefusedByItsPlaceAndMemoryStaysBounded) {
  const auto config = uncompressed("1000000");
  Writer writer(bootstrap, "", {{"compression.codec", "gzip"}, {"message.max.bytes", "100000000"}});
  writer.write(config.from.name, {"k", "before", kTime_ms});
  writer.flush();
  constexpr std::size_t kBombBytes = 80'000'000;
  writer.write(config.from.name, {"k", std::string(kBombBytes, '\0'), kTime_ms});
  writer.flush();
  auto process = start(config);
  EXPECT_EQ(process.exit_code(60s), kRefused);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they take memory of their own
  // Once decompressed, once more while its buffer grows, and what the queues may hold.
  EXPECT_LT(process.peak_bytes(), 3 * kBombBytes + 100'000'000);
#endif
  EXPECT_THAT(process.log(), HasSubstr("partition 0 offset 1 cannot be carried"));
  EXPECT_THAT(carried(config), SizeIs(1));
}

}  // namespace
}  // namespace fusion::bridge
