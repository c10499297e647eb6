#include <random>
#include <thread>

#include "tests/integration/bridge/bridge_fixture.h"

namespace fusion::bridge {
namespace {

using testing::HasSubstr;

/// Records carry their id, a number, in the header `id`.
class EffectivelyOnceTest : public BridgeTest {
 protected:
  contract::BridgeConfig deduplicating(int from_partitions, std::int64_t window_records = 100'000,
                                       std::chrono::seconds duration = std::chrono::hours(1)) {
    auto config = bridge(from_partitions, from_partitions);
    config.deduplicate = {"Header", "id", window_records, duration, 200'000};
    return config;
  }

  static Record record(int id, std::int32_t partition = RD_KAFKA_PARTITION_UA) {
    Record record{"key-" + std::to_string(id % 97), std::to_string(id), 1'000 * (id + 1)};
    record.headers = {{"id", std::to_string(id)}};
    record.partition = partition;
    return record;
  }

  /// `count` new ids; a tenth of the records are repeats of one of the newest 2,000, as a retry writes them:
  /// in the same partition, because it has the same key.
  void write_with_repeats(const contract::BridgeConfig& config, int count) {
    for (int i = 0; i < count; ++i) {
      writer_.write(config.from.name, record(written_++));
      if (pick(9) > 0) continue;
      writer_.write(config.from.name, record(written_ - 1 - pick(std::min(written_ - 1, 2'000))));
      ++repeats_;
    }
    writer_.flush();
  }

  void expect_each_once(const contract::BridgeConfig& config) {
    std::vector<int> times(static_cast<std::size_t>(written_), 0);
    for (const auto& carried : carried(config))
      ++times.at(static_cast<std::size_t>(std::stoi(carried.value.value())));
    EXPECT_EQ(std::count(times.begin(), times.end(), 0), 0) << "lost";
    EXPECT_EQ(std::count_if(times.begin(), times.end(), [](int n) { return n > 1; }), 0) << "repeated";
    EXPECT_EQ(counted(config), written_) << "records, by the commits' metadata";
    EXPECT_EQ(dropped(config), repeats_) << "repeats, by the commits' metadata";
  }

  std::int64_t dropped(const contract::BridgeConfig& config) {
    std::int64_t duplicates = 0;
    for (const auto& [partition, offset] : committed(config))
      duplicates += contract::parse_metadata(offset.metadata).value().duplicates;
    return duplicates;
  }

  /// From 0 to `most`.
  int pick(int most) { return std::uniform_int_distribution<>(0, most)(random_); }

  Writer writer_{bootstrap};
  int written_ = 0;
  int repeats_ = 0;
  std::mt19937 random_{std::random_device{}()};
};

TEST_F(EffectivelyOnceTest, RepeatsAreDroppedOverKillsOfTwoReplicas) {
  constexpr int kReplicas = 2;
  const auto config = deduplicating(4);
  std::vector<BridgeProcess> processes;
  for (int ordinal = 0; ordinal < kReplicas; ++ordinal) processes.push_back(start(config, ordinal));
  wait_for_log(processes[0], "msg=carrying");
  for (int kill = 0; kill < 6; ++kill) {
    const auto victim = static_cast<std::size_t>(pick(kReplicas - 1));
    std::thread killer([&, moment = std::chrono::milliseconds(pick(600))] {
      std::this_thread::sleep_for(moment);
      processes[victim].kill();
    });
    for (int i = 0; i < 10; ++i) write_with_repeats(config, 1'000);
    killer.join();
    processes[victim] = start(config, static_cast<int>(victim));
    const auto before = counted(config);
    kafka::wait_until("records are carried again",
                      [&] { return counted(config) > before || before == written_; });
  }
  wait_until_drained(config);
  expect_each_once(config);
}

TEST_F(EffectivelyOnceTest, AReplicaThatTakesPartitionsOverKnowsTheirIds) {
  const auto config = deduplicating(4);
  auto first = start(config, 0);
  write_with_repeats(config, 5'000);
  wait_until_drained(config);
  const auto second = start(config, 1);
  wait_for_log(second, "msg=\"reading ids again\"");
  wait_for_log(second, "msg=carrying");
  for (int id = 0; id < 500; ++id, ++repeats_) writer_.write(config.from.name, record(id));
  write_with_repeats(config, 1'000);
  wait_until_drained(config);
  first.kill();
  for (int id = 0; id < 500; ++id, ++repeats_) writer_.write(config.from.name, record(id));
  writer_.flush();
  wait_until_drained(config);
  expect_each_once(config);
}

TEST_F(EffectivelyOnceTest, ARepeatIsFoundInAnotherPartitionOfTheReplica) {
  const auto config = deduplicating(3);
  const auto process = start(config);
  for (; written_ < 300; ++written_) writer_.write(config.from.name, record(written_, written_ % 3));
  writer_.flush();
  wait_until_drained(config);
  for (int id = 0; id < 300; ++id, ++repeats_) writer_.write(config.from.name, record(id, (id + 1) % 3));
  writer_.flush();
  wait_until_drained(config);
  expect_each_once(config);
}

TEST_F(EffectivelyOnceTest, RecordsOfAbortedTransactionsCountAsNeverWritten) {
  const auto config = deduplicating(1);
  const auto process = start(config);
  Writer aborting(bootstrap, "aborting-" + config.from.name);
  for (int round = 0; round < 3; ++round) {
    aborting.begin();
    for (int id = 0; id < 50; ++id) aborting.write(config.from.name, record(written_ + id));
    aborting.flush();
    aborting.abort();
    for (int id = 0; id < 50; ++id) writer_.write(config.from.name, record(written_++));
    writer_.flush();
  }
  wait_until_drained(config);
  expect_each_once(config);
}

TEST_F(EffectivelyOnceTest, WhatLiesBeforeTheFirstPositionIsNotTakenForCarried) {
  auto config = deduplicating(1);
  config.start_from = "Latest";
  writer_.write(config.from.name, record(0));
  writer_.flush();
  const auto process = start(config);
  wait_for_log(process, "msg=carrying");
  writer_.write(config.from.name, record(0));
  writer_.flush();
  written_ = 1;
  wait_until_drained(config);
  expect_each_once(config);
}

TEST_F(EffectivelyOnceTest, AnIdBeyondTheWindowIsCarriedAgain) {
  const auto config = deduplicating(1, 10, std::chrono::seconds(0));
  const auto process = start(config);
  for (; written_ < 50; ++written_) writer_.write(config.from.name, record(written_));
  writer_.flush();
  wait_until_drained(config);
  writer_.write(config.from.name, record(49));  // within the newest ten
  writer_.write(config.from.name, record(5));   // beyond them, and older than the duration
  writer_.flush();
  wait_until_drained(config);
  EXPECT_EQ(counted(config), 51);
  EXPECT_EQ(dropped(config), 1);
}

TEST_F(EffectivelyOnceTest, AnEmptyIdIsNone) {
  const auto config = deduplicating(1);
  auto empty = record(0);
  empty.headers = {{"id", ""}};
  writer_.write(config.from.name, empty);
  writer_.flush();
  auto process = start(config);
  EXPECT_EQ(process.exit_code(std::chrono::seconds(30)), 5);
  EXPECT_THAT(process.log(), HasSubstr("its header id, which is its id, is empty"));
}

TEST_F(EffectivelyOnceTest, StopsAtARecordWithoutAnIdAfterEverythingBeforeIt) {
  const auto config = deduplicating(1);
  for (; written_ < 20; ++written_) writer_.write(config.from.name, record(written_));
  writer_.write(config.from.name, {"key", "no id", 5'000});
  writer_.flush();
  auto process = start(config);
  EXPECT_EQ(process.exit_code(std::chrono::seconds(30)), 5);
  EXPECT_THAT(process.log(),
              HasSubstr("partition 0 offset 20 cannot be told from a repeat: it has no header id"));
  expect_each_once(config);
}

}  // namespace
}  // namespace fusion::bridge
