#include <signal.h>

#include <random>

#include "tests/integration/bridge/bridge_fixture.h"

namespace fusion::bridge {
namespace {

using testing::HasSubstr;

constexpr int kPartitions = 3;

/// Records carry their id, a number, in the header `id`.
class EffectivelyOnceTest : public BridgeTest {
 protected:
  contract::BridgeConfig deduplicating(int from_partitions, std::int64_t window_records = 100'000,
                                       std::chrono::seconds duration = std::chrono::hours(1),
                                       std::map<std::string, std::string> to_config = {}) {
    auto config = bridge(from_partitions, from_partitions, std::move(to_config));
    config.guarantee = "EffectivelyOnce";
    config.deduplicate = {"Header", "id", window_records, duration, 200'000};
    return config;
  }

  static Record record(int id, std::int32_t partition = RD_KAFKA_PARTITION_UA) {
    Record record{"key-" + std::to_string(id % 97), std::to_string(id), 1'000 * (id + 1)};
    record.headers = {{"id", std::to_string(id)}};
    record.partition = partition;
    return record;
  }

  enum class Where { kSamePartition, kAnyPartition };

  /// `count` new ids; a tenth of the records are repeats of one of the newest 2,000, as a retry writes them:
  /// in the same partition, because it has the same key. Or as one that spreads its records.
  void write_with_repeats(const contract::BridgeConfig& config, int count,
                          Where where = Where::kSamePartition) {
    const auto partition = [&]() -> std::int32_t {
      return where == Where::kSamePartition ? RD_KAFKA_PARTITION_UA : pick(kPartitions - 1);
    };
    for (int i = 0; i < count; ++i) {
      writer_.write(config.from.name, record(written_++, partition()));
      if (pick(9) > 0) continue;
      writer_.write(config.from.name,
                    record(written_ - 1 - pick(std::min(written_ - 1, 2'000)), partition()));
      ++repeats_;
    }
    writer_.flush();
  }

  void repeat(const contract::BridgeConfig& config, int first_id, int count) {
    for (int id = first_id; id < first_id + count; ++id, ++repeats_)
      writer_.write(config.from.name, record(id));
    writer_.flush();
  }

  void write(const contract::BridgeConfig& config, int count) {
    for (int i = 0; i < count; ++i) writer_.write(config.from.name, record(written_++));
    writer_.flush();
  }

  /// Ends at rest, as Kubernetes ends a pod.
  void stop(BridgeProcess& process) {
    process.signal(SIGTERM);
    EXPECT_EQ(process.exit_code(std::chrono::seconds(10)), 0);
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

  /// The records that the process has read again before it carried.
  std::int64_t read_again(const BridgeProcess& process) {
    wait_for_log(process, "msg=carrying");
    const auto log = process.log();
    return std::stoll(log.substr(log.find(" read_again=", log.find("msg=carrying")) + 12));
  }
  void wait_for_snapshot(const BridgeProcess& process) {
    kafka::wait_until("a snapshot", [&] {
      return process.get("/metrics").find("result=\"written\"} 1\n") != std::string::npos;
    });
  }

  /// From 0 to `most`.
  int pick(int most) { return std::uniform_int_distribution<>(0, most)(random_); }

  Writer writer_{bootstrap};
  int written_ = 0;
  int repeats_ = 0;
  std::mt19937 random_{std::random_device{}()};
};

TEST_F(EffectivelyOnceTest, RepeatsAreDroppedAcrossRestarts) {
  for (const auto where : {Where::kSamePartition, Where::kAnyPartition}) {
    written_ = repeats_ = 0;
    const auto config = deduplicating(kPartitions);
    auto process = start(config);
    write_with_repeats(config, 2'000, where);
    wait_until_drained(config);
    process.kill();
    write_with_repeats(config, 2'000, where);
    process = start(config);
    wait_until_drained(config);
    stop(process);
    write_with_repeats(config, 2'000, where);
    process = start(config);
    wait_until_drained(config);
    expect_each_once(config);
  }
}

/// An hour by the records' times, which are all that the window looks at. The first hundred are far beyond
/// the window's number of records then.
TEST_F(EffectivelyOnceTest, RepeatsAreDroppedAfterAnHourOfSuspension) {
  const auto config = deduplicating(kPartitions, 10, std::chrono::hours(2));
  auto process = start(config);
  write(config, 100);
  wait_until_drained(config);
  stop(process);

  const int missing = 3'600;
  written_ += missing;  // record i has the time i + 1 s
  write(config, 100);
  repeat(config, 0, 100);
  process = start(config);
  wait_until_drained(config);
  repeat(config, 0, 100);
  write(config, 100);
  wait_until_drained(config);

  EXPECT_EQ(carried(config).size(), static_cast<std::size_t>(written_ - missing));
  EXPECT_EQ(counted(config), written_ - missing);
  EXPECT_EQ(dropped(config), repeats_);
}

TEST_F(EffectivelyOnceTest, WhatTheBridgeItselfAbortsIsNoRepeatOfItself) {
  auto config = deduplicating(1, 100'000, std::chrono::hours(1), {{"max.message.bytes", "20000"}});
  config.codec = "None";
  write(config, 300);
  repeat(config, 0, 300);
  auto large = record(300);
  large.value = std::string(50'000, 'x');
  writer_.write(config.from.name, large);
  writer_.flush();
  auto process = start(config);
  EXPECT_EQ(process.exit_code(std::chrono::seconds(30)), 5);
  EXPECT_THAT(process.log(), HasSubstr("transaction aborted"));
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
  repeat(config, 0, 500);
  write_with_repeats(config, 1'000);
  wait_until_drained(config);
  first.kill();
  repeat(config, 0, 500);
  wait_until_drained(config);
  expect_each_once(config);
}

TEST_F(EffectivelyOnceTest, AfterAnOrderlyEndNothingIsReadAgain) {
  auto config = deduplicating(4);
  config.state_directory = directory_;
  auto process = start(config);
  write_with_repeats(config, 5'000);
  wait_until_drained(config);
  process.signal(SIGTERM);
  ASSERT_EQ(process.exit_code(std::chrono::seconds(20)), 0);
  process = start(config);
  EXPECT_EQ(read_again(process), 0);
  for (int id = 0; id < 500; ++id, ++repeats_) writer_.write(config.from.name, record(id));
  write_with_repeats(config, 1'000);
  wait_until_drained(config);
  expect_each_once(config);
}

TEST_F(EffectivelyOnceTest, AfterAKillOnlyWhatTheSnapshotDoesNotCoverIsReadAgain) {
  constexpr int kCovered = 5'000;
  auto config = deduplicating(4);
  config.state_directory = directory_;
  auto process = start(config);
  write_with_repeats(config, kCovered);
  wait_until_drained(config);
  process.kill();
  process = start(config);
  EXPECT_EQ(read_again(process), written_ + repeats_) << "there was no snapshot yet";
  wait_for_snapshot(process);
  const int covered = written_ + repeats_;
  write_with_repeats(config, 300);
  wait_until_drained(config);
  process.kill();

  process = start(config);
  EXPECT_EQ(read_again(process), written_ + repeats_ - covered);
  for (int id = 0; id < 500; ++id, ++repeats_) writer_.write(config.from.name, record(id));
  writer_.flush();
  wait_until_drained(config);
  expect_each_once(config);
}

/// A snapshot is written right after ids were read again: so each kill comes while it is, or soon after.
TEST_F(EffectivelyOnceTest, RepeatsAreDroppedOverKillsWhileASnapshotIsWritten) {
  auto config = deduplicating(2);
  config.state_directory = directory_;
  auto process = start(config);
  for (int i = 0; i < 10; ++i) write_with_repeats(config, 10'000);
  wait_until_drained(config);
  int torn = 0;
  for (int kill = 0; kill < 12; ++kill) {
    process.kill();
    torn += std::filesystem::exists(directory_ / "ids-0.snapshot.new") ? 1 : 0;
    std::filesystem::remove(directory_ / "ids-0.snapshot");
    process = start(config);
    wait_for_log(process, "msg=carrying");
    for (int id = 0; id < 100; ++id, ++repeats_) writer_.write(config.from.name, record(pick(written_ - 1)));
    write_with_repeats(config, 100);
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(pick(60));
    while (std::chrono::steady_clock::now() < until &&
           !std::filesystem::exists(directory_ / "ids-0.snapshot")) {
    }
  }
  wait_until_drained(config);
  expect_each_once(config);
  RecordProperty("torn", torn);
}

TEST_F(EffectivelyOnceTest, ADiskThatTakesNothingStopsNothing) {
  auto config = deduplicating(2);
  config.state_directory = directory_;
  auto process = start(config);
  write_with_repeats(config, 500);
  wait_until_drained(config);
  process.kill();
  std::filesystem::create_symlink("/dev/full", directory_ / "ids-0.snapshot.new");
  process = start(config);
  wait_for_log(process, "No space left on device");
  write_with_repeats(config, 500);
  wait_until_drained(config);
  EXPECT_THAT(process.get("/metrics"), HasSubstr("result=\"failed\"} 1\n"));
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

/// Record i has the time i + 1 s. The newest ten are 40 to 49; 39 and what follows are not older than 10 s.
TEST_F(EffectivelyOnceTest, ARepeatIsFoundUpToTheEdgeOfTheWindow) {
  struct Edge {
    std::int64_t records;
    std::chrono::seconds duration;
    int last_in_window;
  };
  for (const auto& edge : {Edge{10, std::chrono::seconds(0), 40}, Edge{1, std::chrono::seconds(10), 39}}) {
    for (const bool is_read_again : {false, true}) {
      written_ = 0;
      const auto config = deduplicating(1, edge.records, edge.duration);
      auto process = start(config);
      write(config, 50);
      wait_until_drained(config);
      if (is_read_again) {
        process.kill();
        process = start(config);
      }
      repeat(config, edge.last_in_window, 1);
      wait_until_drained(config);
      EXPECT_EQ(dropped(config), 1) << edge.records << " records";
      repeat(config, edge.last_in_window - 1, 1);
      wait_until_drained(config);
      EXPECT_EQ(dropped(config), 1) << edge.records << " records";
      EXPECT_EQ(counted(config), 51);
    }
  }
}

TEST_F(EffectivelyOnceTest, TheCommitTellsTheLastRecordWithoutAKey) {
  const auto config = deduplicating(1);
  for (const bool has_key : {true, false, true}) {
    auto one = record(written_++);
    if (!has_key) one.key.reset();
    writer_.write(config.from.name, one);
  }
  writer_.flush();
  const auto process = start(config);
  wait_until_drained(config);
  EXPECT_EQ(contract::parse_metadata(committed(config).at(0).metadata).value().last_without_key, 1);
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
  EXPECT_THAT(process.log(), HasSubstr("partition 0 offset 20 cannot be carried"));
  expect_each_once(config);
}

}  // namespace
}  // namespace fusion::bridge
