#include <signal.h>

#include <atomic>
#include <random>
#include <thread>

#include "tests/integration/bridge/bridge_fixture.h"
#include "tests/integration/bridge/own_broker.h"

namespace fusion::bridge {
namespace {

using testing::HasSubstr;
using testing::Optional;
using testing::SizeIs;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

/// A broker that the test may harm.
class BrokerTest : public BridgeTest {
 protected:
  void SetUp() override {
    BridgeTest::SetUp();
    broker_ = std::make_unique<OwnBroker>(directory_.string() + "-broker", properties());
    bootstrap = broker_->bootstrap();
    admin = connect({bootstrap, {}, {}});
  }

  virtual std::string properties() const { return ""; }

  /// `padding_bytes`: that no codec makes much smaller.
  void write(const contract::BridgeConfig& config, int count, std::size_t padding_bytes = 0) {
    Writer writer(bootstrap);
    for (int i = 0; i < count; ++i, ++written_) {
      const auto padding =
          noise_.substr(static_cast<std::size_t>(written_) * 7 % (kNoiseBytes / 2), padding_bytes);
      writer.write(config.from.name,
                   {std::to_string(written_ % 97), std::to_string(written_) + " " + padding, 1'000});
    }
    writer.flush();
  }

  std::int64_t stored(const std::string& topic) {
    std::int64_t records = 0;
    for (const auto& [partition, end] : end_offsets(topic)) records += end;
    return records;
  }

  void expect_each_once(const contract::BridgeConfig& config) {
    std::map<std::string, int> times;
    for (const auto& record : carried(config)) ++times[record.value->substr(0, record.value->find(' '))];
    EXPECT_EQ(times.size(), static_cast<std::size_t>(written_)) << "lost";
    EXPECT_TRUE(std::all_of(times.begin(), times.end(), [](const auto& entry) { return entry.second == 1; }))
        << "repeated";
  }

  static std::string noise() {
    std::mt19937 random;
    std::string bytes(kNoiseBytes, ' ');
    for (char& byte : bytes) byte = static_cast<char>('a' + random() % 26);
    return bytes;
  }

  static constexpr std::size_t kNoiseBytes = 1'000'000;
  const std::string noise_ = noise();
  std::unique_ptr<OwnBroker> broker_;
  int written_ = 0;
};

TEST_F(BrokerTest, StoresBatchesWithTheDeclaredCodec) {
  const std::map<std::string, std::string> codecs{
      {"None", "none"}, {"Gzip", "gzip"}, {"Snappy", "snappy"}, {"Lz4", "lz4"}, {"Zstd", "zstd"}};
  for (const auto& [declared, stored] : codecs) {
    auto config = bridge(1, 1);
    config.codec = declared;
    if (declared == "Zstd") config.level = 12;
    write(config, 1'000);
    const auto process = start(config);
    wait_until_drained(config);
    const std::string dump = broker_->dump_log(config.to.name, 0);
    EXPECT_THAT(dump, HasSubstr("compresscodec: " + stored)) << declared;
  }
}

TEST_F(BrokerTest, GoesOnAfterTheBrokerWasKilledAndCameBack) {
  const auto config = bridge();
  write(config, 20'000);
  auto process = start(config);
  kafka::wait_until("records flow", [&] { return counted(config) > 0; });
  write(config, 50'000);
  broker_->kill();
  broker_->start();
  write(config, 20'000);
  wait_until_drained_with_restarts(config, process);
  expect_each_once(config);
}

/// librdkafka 2.8.0 ends the process here (dev/librdkafka).
TEST_F(BrokerTest, OffsetsCanBeAskedForWhileTheBrokerComesBack) {
  const auto config = bridge();
  write(config, 1'000);
  auto process = start(config);
  wait_until_drained(config);
  const auto before = committed(config);
  for (int round = 0; round < 3; ++round) {
    broker_->kill();
    std::atomic<bool> is_back = false;
    std::thread asking([&] {
      while (!is_back) committed(config);
    });
    broker_->start();
    wait_long("the offsets", [&] { return committed(config).size() == before.size(); });
    is_back = true;
    asking.join();
  }
}

TEST_F(BrokerTest, GoesOnAfterTheBrokerStoodStill) {
  const auto config = bridge();
  write(config, 20'000);
  auto process = start(config);
  kafka::wait_until("records flow", [&] { return counted(config) > 0; });
  write(config, 50'000);
  broker_->signal(SIGSTOP);
  std::this_thread::sleep_for(12s);  // beyond the session timeout
  broker_->signal(SIGCONT);
  wait_until_drained_with_restarts(config, process);
  expect_each_once(config);
}

/// librdkafka 2.8.0 takes a whole processor here (dev/librdkafka).
TEST_F(BrokerTest, UsesNoProcessorWhileItWaitsForTheBroker) {
  const auto config = bridge();
  write(config, 100'000, 500);
  auto process = start(config);
  kafka::wait_until("records flow", [&] { return stored(config.to.name) > 0; });
  broker_->signal(SIGSTOP);
  std::this_thread::sleep_for(1s);  // what was fetched before is written until nothing more can be sent
  const auto before = process.cpu_time();
  std::this_thread::sleep_for(2s);
  EXPECT_LT(process.cpu_time() - before, 400ms);
  broker_->signal(SIGCONT);
  wait_until_drained_with_restarts(config, process);
  expect_each_once(config);
}

TEST_F(BrokerTest, EndsInTimeWhenTheBrokerIsDown) {
  const auto config = bridge();
  auto process = start(config);
  wait_for_log(process, "msg=carrying");
  write(config, 50'000);
  broker_->kill();
  process.signal(SIGTERM);
  EXPECT_THAT(process.exit_code(10s), Optional(0));

  broker_->start();
  const auto successor = start(config);
  wait_until_drained(config);
  expect_each_once(config);
}

TEST_F(BrokerTest, EndsInTimeWhenTheBrokerStandsStill) {
  const auto config = bridge();
  auto process = start(config);
  wait_for_log(process, "msg=carrying");
  write(config, 50'000);
  broker_->signal(SIGSTOP);
  process.signal(SIGTERM);
  EXPECT_THAT(process.exit_code(10s), Optional(0));
  broker_->signal(SIGCONT);
}

TEST_F(BrokerTest, LosesNothingWhenItEndsWithAFullQueue) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "under ThreadSanitizer a bridge is slower than the slow broker: its queue does not fill";
#endif
  // The broker compresses more slowly than records come, so that they fill the queue.
  auto config = bridge(4, 4, {{"compression.type", "gzip"}, {"compression.gzip.level", "9"}});
  config.codec = "None";
  config.commit_interval = 20s;
  write(config, 150'000, 1'000);
  auto process = start(config);
  kafka::wait_until("records flow", [&] { return stored(config.to.name) > 20'000; });
  kafka::ask<kafka::PerTopic<void>>([&](auto done) {
    admin->alter_configs({{config.to.name, {{"compression.type", "producer"}}, {}}}, done);
  });
  broker_->signal(SIGSTOP);
  wait_for_log(process, "waiting for the target");

  process.signal(SIGTERM);
  wait_for_log(process, "msg=ending");
  broker_->signal(SIGCONT);

  EXPECT_THAT(process.exit_code(10s), Optional(0));
  EXPECT_GT(counted(config), 0) << "it ended without the last commit";
  config.commit_interval = 100ms;
  const auto successor = start(config);
  wait_until_drained(config);
  expect_each_once(config);
}

TEST_F(BrokerTest, WaitsForABrokerThatIsNotThereYetAndEndsInTime) {
  const auto config = bridge();
  write(config, 10);
  broker_->kill();
  auto process = start(config);
  wait_for_log(process, "waiting for Kafka");
  broker_->start();
  wait_until_drained(config);
  broker_->kill();
  auto second = start(config, 1);
  wait_for_log(second, "waiting for Kafka");
  second.signal(SIGTERM);
  EXPECT_THAT(second.exit_code(10s), Optional(0));
  broker_->start();
}

/// A broker that forgets offsets as soon as it can be told to: after a minute.
class RetentionTest : public BrokerTest {
 protected:
  std::string properties() const override {
    return "offsets.retention.minutes=1\noffsets.retention.check.interval.ms=500\n";
  }

  void carry_and_stop(const contract::BridgeConfig& config) {
    auto process = start(config);
    wait_until_drained(config);
    process.signal(SIGTERM);
    EXPECT_THAT(process.exit_code(10s), Optional(0));
  }

  std::map<std::int32_t, std::pair<std::int64_t, std::string>> positions(
      const contract::BridgeConfig& config) {
    std::map<std::int32_t, std::pair<std::int64_t, std::string>> positions;
    for (const auto& [partition, commit] : committed(config))
      positions[partition] = {commit.offset, commit.metadata};
    return positions;
  }
};

TEST_F(RetentionTest, KeepsThePositionsOfAStoppedBridgeThatAreRenewed) {
  const auto forgotten = bridge(1, 1);
  carry_and_stop(forgotten);
  const auto renewed = bridge();
  write(renewed, 1'000);
  carry_and_stop(renewed);
  const auto before = positions(renewed);
  ASSERT_THAT(before, SizeIs(3));

  const auto due = std::chrono::steady_clock::now() + 30s;
  bool done = false;
  wait_long("the end of the positions that nobody renews", [&] {
    if (!done && std::chrono::steady_clock::now() > due) {
      done = true;
      EXPECT_THAT(kafka::ask<kafka::Result<void>>(
                      [&](auto answer) { admin->renew_group(renewed.group, renewed.from.name, answer); }),
                  kafka::Succeeds());
    }
    return committed(forgotten).empty();
  });

  EXPECT_EQ(positions(renewed), before);
  write(renewed, 1'000);
  carry_and_stop(renewed);
  expect_each_once(renewed);
}

}  // namespace
}  // namespace fusion::bridge
