#pragma once

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "contract/bridge_config.h"
#include "contract/dead_letter.h"
#include "tests/integration/bridge/records.h"
#include "tests/integration/cli/fusionctl_process.h"
#include "tests/integration/kafka/kafka_fixture.h"

namespace fusion::cli {

using bridge::Record;
using bridge::Writer;

/// A dead-letter topic and a source of this test's own, and the program run against them.
class FusionctlTest : public kafka::KafkaTest {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override {
    std::filesystem::remove_all(directory_);
    KafkaTest::TearDown();
  }

  void create_topics(int letter_partitions = 2, int source_partitions = 3) {
    letters_ = created("dlq", letter_partitions, {{"retention.ms", "-1"}});
    source_ = created("source", source_partitions, {{"retention.ms", "-1"}});
  }

  /// A bridge from the source to this topic; it commits every 100 ms.
  contract::BridgeConfig bridge_to(const std::string& target, const std::string& group) {
    contract::BridgeConfig config;
    config.pipeline = "demo/p";
    config.bridge = "b";
    config.kafka.bootstrap_servers = bootstrap;
    config.from = {source_, described(source_)->topic_id};
    config.to = {target, described(target)->topic_id};
    config.group = group;
    config.commit_interval = std::chrono::milliseconds(100);
    return config;
  }

  /// The record `number` of the source, and the letter that a bridge would make of it.
  Record a_record(int number) const {
    return {"key-" + std::to_string(number),
            "value-" + std::to_string(number),
            1'600'000'000'000 + number,
            {{"own", std::to_string(number)}, {"none", std::nullopt}, {"own", ""}},
            number % 3};
  }
  /// The same, as a replay writes it.
  Record put_back(int number) const {
    auto record = a_record(number);
    record.headers.emplace_back(contract::kReplayedFromHeader,
                                contract::place_text(source_, record.partition, number));
    return record;
  }
  Record a_letter(int number, const std::string& reason = "NoId") const {
    return letter_of(a_record(number), number, reason);
  }
  Record letter_of(Record record, int number, const std::string& reason = "NoId") const {
    const contract::DeadLetter origin{reason,           "it has no id", source_,
                                      record.partition, number,         record.timestamp_ms};
    for (auto& header : contract::to_headers(origin)) record.headers.emplace_back(header.name, header.value);
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    record.timestamp_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    record.partition = number % 2;
    return record;
  }

  void write(const std::string& topic, const std::vector<Record>& records) {
    Writer writer(bootstrap);
    for (const auto& record : records) writer.write(topic, record);
    writer.flush();
  }

  /// What committed readers see in the source, in the order of the numbers of a_record.
  std::vector<Record> in_source() {
    wait_for_transactions(source_);
    auto records = bridge::read_committed(bootstrap, source_, 3);
    std::ranges::sort(records, {}, &Record::timestamp_ms);
    return records;
  }

  /// Fails unless the source has exactly these records, in the partitions they came from.
  void expect_in_source(const std::vector<int>& numbers) {
    const auto records = in_source();
    ASSERT_EQ(records.size(), numbers.size()) << testing::PrintToString(records);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto expected = put_back(numbers[i]);
      EXPECT_TRUE(records[i].same_content(expected)) << testing::PrintToString(records[i]);
      EXPECT_EQ(records[i].partition, expected.partition);
    }
  }

  /// The offsets of all partitions together: committed readers' if `stable`.
  std::int64_t end_of(const std::string& topic, bool stable = false) {
    std::vector<kafka::TopicPartition> partitions;
    const auto count = described(topic).value().partitions.size();
    for (std::size_t i = 0; i < count; ++i) partitions.push_back({topic, static_cast<std::int32_t>(i)});
    const auto isolation =
        stable ? kafka::IsolationLevel::ReadCommitted : kafka::IsolationLevel::ReadUncommitted;
    const auto listed = kafka::ask<kafka::PerPartition<kafka::ListedOffset>>(
        [&](auto done) { admin->list_offsets(partitions, kafka::OffsetSpec::latest(), isolation, done); });
    std::int64_t sum = 0;
    for (const auto& [partition, offset] : listed) sum += offset.value().offset.value();
    return sum;
  }

  void wait_for_transactions(const std::string& topic) {
    kafka::wait_until("the end of all transactions in " + topic,
                      [&] { return end_of(topic) == end_of(topic, true); });
  }

  /// Runs `fusionctl ARGUMENTS --bootstrap-servers ...` and returns its exit code; out_ and err_ hold what it
  /// said.
  int run(std::vector<std::string> arguments) {
    FusionctlProcess process(with_bootstrap(std::move(arguments)), directory_);
    const int code = process.wait();
    out_ = process.out();
    err_ = process.err();
    return code;
  }

  std::vector<std::string> with_bootstrap(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--bootstrap-servers", bootstrap});
    return arguments;
  }

  void write_file(const std::string& name, const std::string& content) {
    std::ofstream(directory_ / name, std::ios::binary) << content;
  }
  std::string read_file(const std::string& name) {
    std::ifstream in(directory_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  const std::filesystem::path directory_ = std::filesystem::temp_directory_path() /
                                           ("cli-test-" + std::to_string(getpid()) + "-" +
                                            testing::UnitTest::GetInstance()->current_test_info()->name());
  std::string letters_;
  std::string source_;
  std::string out_;
  std::string err_;
};

}  // namespace fusion::cli
