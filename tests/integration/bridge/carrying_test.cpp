#include <signal.h>

#include "kafka/murmur2.h"
#include "tests/integration/bridge/bridge_fixture.h"

namespace fusion::bridge {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;

constexpr std::int64_t kTime_ms = 1'357'000'000'000;

MATCHER_P(CarriedFrom, original, "") { return arg.same_content(original); }

TEST_F(BridgeTest, CarriesNoMoreThanTheRateLimitAllows) {
  auto config = bridge(1, 1);
  config.rate_limit.emplace().records_per_second = 500;
  Writer writer(bootstrap);
  for (int i = 0; i < 2'000; ++i) writer.write(config.from.name, {"k", std::to_string(i), kTime_ms});
  writer.flush();

  const auto begun = std::chrono::steady_clock::now();
  const auto process = start(config);
  wait_until_drained(config);

  // What one second allows is saved up at the start.
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds(2'900));
  EXPECT_THAT(carried(config), SizeIs(2'000));
}

TEST_F(BridgeTest, LetsAnotherReplicaJoinWhileRecordsWaitForTheRateLimit) {
  auto config = bridge(2, 2);
  config.rate_limit.emplace().records_per_second = 2;
  Writer writer(bootstrap);
  for (int i = 0; i < 500; ++i) writer.write(config.from.name, {std::to_string(i), "v", kTime_ms});
  writer.flush();
  const auto first = start(config, 0);
  wait_for_log(first, "msg=carrying");

  const auto begun = std::chrono::steady_clock::now();
  const auto second = start(config, 1);
  wait_for_log(second, "msg=carrying");

  // A record by record, not after the hundred that were fetched with the first one.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
}

TEST_F(BridgeTest, CarriesRecordsAsTheyAre) {
  const auto config = bridge(1, 1);
  using Headers = decltype(Record::headers);
  const std::vector<Record> records{
      {"key", "value", kTime_ms},
      {std::nullopt, "no key", kTime_ms + 1},
      {"", "empty key", kTime_ms + 2},
      {"tombstone", std::nullopt, kTime_ms + 3},
      {"empty value", "", kTime_ms + 4},
      {std::nullopt, std::nullopt, kTime_ms + 5},
      {std::string("\0\xff\n", 3), std::string("\0\0", 2), 1},
      {"headers", "v", kTime_ms,
       Headers{{"b", "1"},
               {"a", std::nullopt},
               {"b", "2"},
               {"empty", ""},
               {"", "no name"},
               {"bin", std::string("\0x", 2)}}},
  };
  Writer writer(bootstrap);
  for (const auto& record : records) writer.write(config.from.name, record);
  writer.flush();

  const auto process = start(config);
  wait_until_drained(config);

  const auto arrived = carried(config);
  ASSERT_THAT(arrived, SizeIs(records.size()));
  for (std::size_t i = 0; i < records.size(); ++i) EXPECT_THAT(arrived[i], CarriedFrom(records[i]));
  EXPECT_EQ(counted(config), static_cast<std::int64_t>(records.size()));
}

TEST_F(BridgeTest, PutsKeysWhereTheJavaClientDoes) {
  const auto config = bridge(2, 7);
  Writer writer(bootstrap);
  for (int i = 0; i < 500; ++i) writer.write(config.from.name, {"key" + std::to_string(i), "v", kTime_ms});
  writer.write(config.from.name, {"", "v", kTime_ms});
  writer.flush();

  const auto process = start(config);
  wait_until_drained(config);

  const auto arrived = carried(config);
  ASSERT_THAT(arrived, SizeIs(501));
  for (const auto& record : arrived) EXPECT_EQ(record.partition, kafka::partition_for_key(*record.key, 7));
}

TEST_F(BridgeTest, LeavesAbortedRecordsBehindAndReachesLagZero) {
  const auto config = bridge(2, 2);
  const auto process = start(config);
  Writer writer(bootstrap, config.group + "-writer");
  for (int i = 0; i < 6; ++i) {
    writer.begin();
    for (std::int32_t partition : {0, 1}) {
      writer.write(config.from.name, {"k", i % 2 == 0 ? "kept" : "aborted", kTime_ms, {}, partition});
    }
    if (i % 2 == 0) {
      writer.commit();
    } else {
      writer.flush();
      writer.abort();
    }
  }

  // The last offsets of both partitions are aborted records and markers.
  wait_until_drained(config);

  EXPECT_THAT(carried(config),
              AllOf(SizeIs(6), Each(testing::Field(&Record::value, testing::Optional(std::string("kept"))))));
  EXPECT_EQ(counted(config), 6);
}

TEST_F(BridgeTest, AtRestCommitsNothing) {
  const auto config = bridge(1, 1);
  Writer writer(bootstrap);
  writer.write(config.from.name, {"k", "v", kTime_ms});
  writer.flush();
  const auto process = start(config);
  wait_until_drained(config);
  kafka::wait_until("metrics", [&] {
    return process.get("/metrics").find("result=\"committed\"} 1\n") != std::string::npos;
  });
  const auto before = end_offsets(config.to.name);

  // Ten commit intervals.
  std::this_thread::sleep_for(std::chrono::seconds(1));

  EXPECT_THAT(
      process.get("/metrics"),
      AllOf(HasSubstr("result=\"committed\"} 1\n"), HasSubstr("result=\"aborted\"} 0\n"),
            HasSubstr("fusion_bridge_records_total{bridge=\"test\",pipeline=\"demo/test\"} 1\n"),
            HasSubstr(
                "fusion_bridge_lag_records{bridge=\"test\",pipeline=\"demo/test\",partition=\"0\"} 0\n")));
  EXPECT_EQ(end_offsets(config.to.name), before);
}

TEST_F(BridgeTest, IsReadyOnceItKnowsItsPartitionsEvenIfItHasNone) {
  const auto config = bridge(1, 1);
  const auto first = start(config, 0);
  kafka::wait_until("first ready", [&] { return first.get("/readyz") == "ok\n"; });
  const auto second = start(config, 1);
  kafka::wait_until("second ready", [&] { return second.get("/readyz") == "ok\n"; });
  kafka::wait_until("first ready again", [&] { return first.get("/readyz") == "ok\n"; });
  EXPECT_EQ(first.get("/healthz"), "ok\n");
}

TEST_F(BridgeTest, BatchesOfSmallRecordsStayBelowTheTargetsLimit) {
  const auto config = [&] {
    auto made = bridge(1, 1, {{"max.message.bytes", "20000"}});
    made.codec = "None";
    return made;
  }();
  Writer writer(bootstrap);
  for (int i = 0; i < 20'000; ++i) writer.write(config.from.name, {"k", std::string(100, 'x'), kTime_ms});
  writer.flush();

  const auto process = start(config);
  wait_until_drained(config);

  EXPECT_THAT(carried(config), SizeIs(20'000));
  EXPECT_THAT(process.get("/metrics"), HasSubstr("result=\"aborted\"} 0\n"));
}

TEST_F(BridgeTest, CarriesARecordThatFitsOnlyCompressed) {
  const auto config = bridge(1, 1, {{"max.message.bytes", "20000"}});
  Writer writer(bootstrap);
  writer.write(config.from.name, {"k", std::string(900'000, 'x'), kTime_ms});
  writer.flush();

  const auto process = start(config);
  wait_until_drained(config);

  EXPECT_THAT(carried(config), SizeIs(1));
}

TEST_F(BridgeTest, LeavesTheGroupWhenItEnds) {
  const auto config = bridge(1, 1);
  auto process = start(config);
  wait_for_log(process, "msg=carrying");

  process.signal(SIGTERM);

  EXPECT_EQ(process.exit_code(std::chrono::seconds(10)), 0);
  const auto group = kafka::ask<kafka::Result<kafka::GroupDescription>>(
      [&](auto done) { admin->describe_group(config.group, done); });
  EXPECT_EQ(group->state, kafka::GroupState::Empty) << "its partitions would wait for the session timeout";
}

}  // namespace
}  // namespace fusion::bridge
