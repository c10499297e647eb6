#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "contract/bridge_config.h"
#include "contract/progress.h"
#include "tests/integration/bridge/bridge_process.h"
#include "tests/integration/bridge/records.h"
#include "tests/integration/kafka/kafka_fixture.h"

namespace fusion::bridge {

/// Two topics of this test's own, and processes that carry records between them.
class BridgeTest : public kafka::KafkaTest {
 protected:
  using KafkaTest::KafkaTest;

  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override {
    if (HasFailure()) {
      for (const auto& file : std::filesystem::directory_iterator(directory_)) {
        if (file.path().extension() == ".log") print(file.path());
      }
    }
    std::filesystem::remove_all(directory_);
    if (!group_.empty()) {
      kafka::ask<kafka::Result<void>>([&](auto done) { admin->delete_group(group_, done); });
    }
    KafkaTest::TearDown();
  }

  /// Creates both topics and the configuration of a bridge between them.
  contract::BridgeConfig bridge(int from_partitions = 3, int to_partitions = 3,
                                std::map<std::string, std::string> to_config = {}) {
    // Times of records lie anywhere: nothing may be deleted because of them.
    to_config.emplace("retention.ms", "-1");
    const auto from = created("from", from_partitions, {{"retention.ms", "-1"}});
    const auto to = created("to", to_partitions, std::move(to_config));
    contract::BridgeConfig config;
    config.pipeline = "demo/test";
    config.bridge = "test";
    config.kafka.bootstrap_servers = bootstrap;
    config.from = {from, described(from)->topic_id};
    config.to = {to, described(to)->topic_id};
    config.group = group_ = "group-" + from;
    config.commit_interval = std::chrono::milliseconds(100);
    return config;
  }

  BridgeProcess start(const contract::BridgeConfig& config, int ordinal = 0) {
    return BridgeProcess(config, ordinal, directory_);
  }

  using Committed = std::map<std::int32_t, kafka::CommittedOffset>;
  /// The group's stable offsets by partition.
  Committed committed(const contract::BridgeConfig& config) {
    Committed offsets;
    const auto answer = kafka::ask<kafka::Result<kafka::PerPartition<kafka::CommittedOffset>>>(
        [&](auto done) { admin->group_offsets(config.group, {}, true, done); });
    if (!answer) return offsets;
    for (const auto& [partition, offset] : *answer) {
      if (partition.topic == config.from.name && offset) offsets[partition.partition] = *offset;
    }
    return offsets;
  }

  using Offsets = std::map<std::int32_t, std::int64_t>;
  /// Waits for an answer: a broker that comes back may not have one at once.
  Offsets end_offsets(const std::string& topic,
                      kafka::IsolationLevel isolation = kafka::IsolationLevel::ReadUncommitted) {
    std::optional<Offsets> ends;
    wait_long("the end offsets of " + topic, [&] {
      ends = asked_end_offsets(topic, isolation);
      return ends.has_value();
    });
    return ends.value_or(Offsets{});
  }

  std::optional<Offsets> asked_end_offsets(const std::string& topic, kafka::IsolationLevel isolation) {
    const auto description = described(topic);
    if (!description) return std::nullopt;
    std::vector<kafka::TopicPartition> partitions;
    for (std::size_t i = 0; i < description->partitions.size(); ++i) {
      partitions.push_back({topic, static_cast<std::int32_t>(i)});
    }
    const auto answer = kafka::ask<kafka::PerPartition<kafka::ListedOffset>>(
        [&](auto done) { admin->list_offsets(partitions, kafka::OffsetSpec::latest(), isolation, done); });
    Offsets ends;
    for (const auto& [partition, offset] : answer) {
      if (!offset || !offset->offset) return std::nullopt;
      ends[partition.partition] = *offset->offset;
    }
    return ends;
  }

  /// Waits until the group has committed the high watermark of every partition: lag zero, markers included.
  /// A killed replica's transaction may stand in the way for its timeout of 30 s.
  void wait_until_drained(const contract::BridgeConfig& config) {
    wait_long("lag zero of " + config.from.name, [&] { return is_drained(config); });
  }

  /// As a kubelet does: a process that ends with 1, which a new process mends, is started again. When the
  /// broker dies between writing a rejoin and answering it, the static member is fenced by itself and ends
  /// so.
  void wait_until_drained_with_restarts(const contract::BridgeConfig& config, BridgeProcess& process) {
    wait_long("lag zero of " + config.from.name, [&] {
      if (const auto code = process.exit_code(std::chrono::milliseconds(0))) {
        EXPECT_EQ(*code, 1) << process.log();
        if (*code != 1) return true;
        process = start(config);
      }
      return is_drained(config);
    });
  }

  bool is_drained(const contract::BridgeConfig& config) {
    const auto offsets = committed(config);
    const auto ends = end_offsets(config.from.name);
    return std::all_of(ends.begin(), ends.end(), [&](const auto& end) {
      const auto found = offsets.find(end.first);
      return found != offsets.end() && found->second.offset == end.second;
    });
  }

  /// What a reader of the target sees, partition by partition. The broker writes a transaction's markers to
  /// the group's offsets and to the target one after the other: waits until all are there.
  std::vector<Record> carried(const contract::BridgeConfig& config) {
    const auto& topic = config.to.name;
    wait_long("the end of all transactions in " + topic,
              [&] { return end_offsets(topic) == end_offsets(topic, kafka::IsolationLevel::ReadCommitted); });
    return read_committed(bootstrap, topic, static_cast<int>(end_offsets(topic).size()));
  }

  template <class Condition>
  void wait_long(const std::string& what, Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + longest_wait_;
    while (!condition()) {
      ASSERT_LT(std::chrono::steady_clock::now(), limit) << "in vain for: " << what;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  /// Records that the commits' metadata count.
  std::int64_t counted(const contract::BridgeConfig& config) {
    std::int64_t records = 0;
    for (const auto& [partition, offset] : committed(config)) {
      records += contract::parse_metadata(offset.metadata).value().records;
    }
    return records;
  }

  void wait_for_log(const BridgeProcess& process, const std::string& text) {
    kafka::wait_until("\"" + text + "\" in the log",
                      [&] { return process.log().find(text) != std::string::npos; });
  }

  std::chrono::seconds longest_wait_{90};
  const std::filesystem::path directory_ = std::filesystem::temp_directory_path() /
                                           ("bridge-test-" + std::to_string(getpid()) + "-" +
                                            testing::UnitTest::GetInstance()->current_test_info()->name());

 private:
  static void print(const std::filesystem::path& file);

  std::string group_;
};

inline void BridgeTest::print(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::cout << file.filename().string() << ":\n" << in.rdbuf() << std::flush;
}

}  // namespace fusion::bridge
