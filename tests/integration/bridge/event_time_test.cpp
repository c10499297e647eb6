#include <signal.h>

#include <chrono>

#include "tests/integration/bridge/bridge_fixture.h"

namespace fusion::bridge {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using std::chrono_literals::operator""s;

constexpr int kRefused = 5;
constexpr std::int64_t kTime_ms = 1'700'000'000'000;

/// Records carry their event time in the header `time` or in their JSON value.
class EventTimeTest : public BridgeTest {
 protected:
  contract::BridgeConfig timed(int partitions = 1, std::map<std::string, std::string> to_config = {}) {
    auto config = bridge(partitions, partitions, std::move(to_config));
    config.partition_by = "Preserve";
    config.event_time.emplace().from = "Header";
    config.event_time->name = "time";
    return config;
  }

  static Record record(std::int64_t event_time_ms, std::int32_t partition = 0) {
    Record record{"k", "v", 5'000};
    record.headers = {{"time", std::to_string(event_time_ms)}};
    record.partition = partition;
    return record;
  }

  static std::vector<std::int64_t> times(const std::vector<Record>& records) {
    std::vector<std::int64_t> times;
    for (const auto& record : records) times.push_back(record.timestamp_ms);
    return times;
  }

  static std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  }

  static void wait_until_one_waits(const BridgeProcess& process) {
    const std::string metric = "fusion_bridge_paused_partitions{bridge=\"test\",pipeline=\"demo/test\"} 1\n";
    kafka::wait_until("a partition waits",
                      [&] { return process.get("/metrics").find(metric) != std::string::npos; });
  }

  std::optional<std::int64_t> watermark(const contract::BridgeConfig& config, std::int32_t partition = 0) {
    return contract::parse_metadata(committed(config).at(partition).metadata).value().watermark_ms;
  }
};

TEST_F(EventTimeTest, BecomesTheTimeThatReadersSee) {
  auto config = timed();
  config.event_time->max_out_of_orderness = 2s;
  Writer writer(bootstrap);
  for (const auto ms : {kTime_ms, kTime_ms + 9'000, kTime_ms + 4'000})
    writer.write(config.from.name, record(ms));
  writer.flush();

  const auto process = start(config);
  wait_until_drained(config);

  EXPECT_THAT(times(carried(config)), ElementsAre(kTime_ms, kTime_ms + 9'000, kTime_ms + 4'000));
  EXPECT_EQ(watermark(config), kTime_ms + 7'000);
}

TEST_F(EventTimeTest, IsReadFromTheValueInEachFormat) {
  for (const auto& [format, text] :
       std::vector<std::pair<std::string, std::string>>{{"UnixMillis", "1700000000123"},
                                                        {"UnixMicros", "1700000000123456"},
                                                        {"UnixSeconds", "1700000000.123"},
                                                        {"RFC3339", "\"2023-11-14T22:13:20.123Z\""}}) {
    auto config = timed();
    config.event_time->from = "Pointer";
    config.event_time->name = "/at/time";
    config.event_time->format = format;
    Writer writer(bootstrap);
    writer.write(config.from.name, {"k", R"({"at": {"time": )" + text + "}}", 5'000});
    writer.flush();
    const auto process = start(config);
    wait_until_drained(config);
    EXPECT_THAT(times(carried(config)), ElementsAre(1'700'000'000'123)) << format;
  }
}

TEST_F(EventTimeTest, StopsAtATimeThatNobodyCanSet) {
  for (const auto& [text, why] : std::vector<std::pair<std::string, std::string>>{
           {"0", "is not after 1970"},
           {"-5", "is not after 1970"},
           {"soon", "is not UnixMillis"},
           {"99999999999999999999", "is beyond what Kafka's milliseconds can hold"},
           {"253402300800000", "ahead, beyond"}}) {
    const auto config = timed();
    Writer writer(bootstrap);
    writer.write(config.from.name, record(kTime_ms));
    auto odd = record(0);
    odd.headers = {{"time", text}};
    writer.write(config.from.name, odd);
    writer.flush();
    auto process = start(config);
    EXPECT_EQ(process.exit_code(60s), kRefused) << text;
    EXPECT_THAT(process.log(), HasSubstr("partition 0 offset 1 cannot be carried"));
    EXPECT_THAT(process.log(), HasSubstr(why));
    EXPECT_THAT(carried(config), SizeIs(1));
  }
}

TEST_F(EventTimeTest, IsClampedToThePresentWhereTheTargetRefusesTheFuture) {
  auto config = timed(1, {{"message.timestamp.after.max.ms", "3600000"}});
  config.event_time->future = "Clamp";
  Writer writer(bootstrap);
  writer.write(config.from.name, record(kTime_ms));
  writer.write(config.from.name, record(now_ms() + 7'200'000));
  writer.flush();

  const auto process = start(config);
  wait_until_drained(config);

  const auto written = times(carried(config));
  ASSERT_THAT(written, SizeIs(2));
  EXPECT_NEAR(static_cast<double>(written[1]), static_cast<double>(now_ms()), 120'000);
  EXPECT_EQ(watermark(config), kTime_ms) << "a clamped time says nothing of the events to come";
}

TEST_F(EventTimeTest, IsRefusedBeforeTheFirstRecordWhereTheTargetOverwritesTimes) {
  const auto config = timed(1, {{"message.timestamp.type", "LogAppendTime"}});
  Writer writer(bootstrap);
  writer.write(config.from.name, record(kTime_ms));
  writer.flush();
  auto process = start(config);
  EXPECT_EQ(process.exit_code(60s), kRefused);
  EXPECT_THAT(process.log(), HasSubstr("message.timestamp.type is LogAppendTime. Nothing was carried"));
  EXPECT_THAT(carried(config), IsEmpty());
}

TEST_F(EventTimeTest, IsRefusedWhereTheTargetWouldDeleteTheRecord) {
  const auto config = timed(1, {{"retention.ms", "3600000"}});
  Writer writer(bootstrap);
  writer.write(config.from.name, record(now_ms() - 7'200'000));
  writer.flush();
  auto process = start(config);
  EXPECT_EQ(process.exit_code(60s), kRefused);
  EXPECT_THAT(process.log(), HasSubstr("the target's retention.ms is 3600000 ms (1 h): it would be deleted"));
  EXPECT_THAT(carried(config), IsEmpty());
}

TEST_F(EventTimeTest, APartitionThatIsAheadWaitsForTheOthersAndLosesNothing) {
  auto config = timed(2);
  config.event_time->idle_after = std::chrono::hours(1);
  config.event_time->max_drift = 60s;
  Writer writer(bootstrap);
  // Partition 0 is a day long, partition 1 a minute and, later, the rest of the day.
  constexpr int kRecords = 20'000;
  const auto at = [](int i) { return kTime_ms + i * 4'320LL; };
  for (int i = 0; i < kRecords; ++i) writer.write(config.from.name, record(at(i), 0));
  writer.write(config.from.name, record(at(0), 1));
  writer.flush();
  const auto process = start(config);
  wait_until_one_waits(process);
  for (int i = 1; i < kRecords; ++i) writer.write(config.from.name, record(at(i), 1));
  writer.flush();
  wait_until_drained(config);

  std::vector<std::vector<std::int64_t>> seen(2);
  for (const auto& record : carried(config))
    seen.at(static_cast<std::size_t>(record.partition)).push_back(record.timestamp_ms);
  for (const auto& partition : seen) {
    EXPECT_THAT(partition, SizeIs(kRecords));
    EXPECT_TRUE(std::is_sorted(partition.begin(), partition.end()));
  }
}

/// librdkafka resumes one record too late a partition that it paused after a batch had told of its end.
TEST_F(EventTimeTest, APartitionThatWaitsAtItsEndLosesNothing) {
  auto config = timed(2);
  config.event_time->idle_after = 8s;
  config.event_time->max_drift = 60s;
  Writer writer(bootstrap);
  writer.write(config.from.name, record(kTime_ms, 0));
  writer.write(config.from.name, record(kTime_ms + 120'000, 0));
  writer.flush();
  const auto process = start(config);
  wait_until_drained(config);
  writer.write(config.from.name, record(kTime_ms, 1));  // partition 1 is idle no more
  writer.flush();
  wait_until_one_waits(process);
  writer.write(config.from.name, record(kTime_ms + 120'001, 0));
  writer.flush();
  writer.write(config.from.name, record(kTime_ms + 120'000, 1));
  writer.flush();
  wait_until_drained(config);
  EXPECT_THAT(carried(config), SizeIs(5));
}

TEST_F(EventTimeTest, APartitionThatWaitedGoesOnAfterItWasWithAnotherReplica) {
  auto config = timed(2);
  config.event_time->idle_after = std::chrono::hours(1);
  config.event_time->max_drift = 60s;
  config.guarantee = "EffectivelyOnce";
  config.deduplicate = {"Header", "id", 1'000, std::chrono::hours(1), 10'000};
  Writer writer(bootstrap);
  int written = 0;
  const auto write = [&](std::int64_t time_ms, std::int32_t partition) {
    auto one = record(time_ms, partition);
    one.headers.emplace_back("id", std::to_string(written++));
    writer.write(config.from.name, one);
  };
  write(kTime_ms, 0);
  for (int i = 0; i < 20'000; ++i) write(kTime_ms + i * 4'320LL, 1);
  writer.flush();
  const auto first = start(config, 0);
  wait_until_one_waits(first);

  auto second = start(config, 1);  // has partition 1 alone, which waits for nobody there
  wait_until_drained(config);
  second.signal(SIGTERM);
  EXPECT_EQ(second.exit_code(10s), 0) << second.log();
  write(kTime_ms + 20'000 * 4'320LL, 0);
  write(kTime_ms + 20'000 * 4'320LL, 1);
  writer.flush();
  wait_until_drained(config);
  EXPECT_THAT(carried(config), SizeIs(static_cast<std::size_t>(written)));
}

}  // namespace
}  // namespace fusion::bridge
