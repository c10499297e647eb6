#include <signal.h>

#include "tests/integration/bridge/bridge_fixture.h"

namespace fusion::bridge {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<std::string> values(const std::vector<Record>& records) {
  std::vector<std::string> result;
  for (const auto& record : records) result.push_back(record.value.value());
  return result;
}

class FirstPositionsTest : public BridgeTest {
 protected:
  void write(const contract::BridgeConfig& config, const std::string& value, std::int64_t timestamp_ms,
             std::int32_t partition) {
    Writer writer(bootstrap);
    writer.write(config.from.name, {"k", value, timestamp_ms, {}, partition});
    writer.flush();
  }
};

TEST_F(FirstPositionsTest, LatestCarriesWhatComesAfterTheFirstStartEvenOverAKill) {
  auto config = bridge(3, 1);
  config.start_from = "Latest";
  for (std::int32_t partition : {0, 1, 2}) write(config, "before", 1'000, partition);
  auto process = start(config);
  wait_for_log(process, "first positions committed");
  process.kill();
  for (std::int32_t partition : {0, 1, 2})
    write(config, "after-" + std::to_string(partition), 1'000, partition);

  process = start(config);
  wait_until_drained(config);

  EXPECT_THAT(values(carried(config)), UnorderedElementsAre("after-0", "after-1", "after-2"));
}

TEST_F(FirstPositionsTest, LatestIsOneMomentForAllReplicas) {
  auto config = bridge(6, 1);
  config.start_from = "Latest";
  for (std::int32_t partition = 0; partition < 6; ++partition) write(config, "before", 1'000, partition);
  std::vector<BridgeProcess> processes;
  for (int ordinal = 0; ordinal < 3; ++ordinal) processes.push_back(start(config, ordinal));
  kafka::wait_until("first positions", [&] { return committed(config).size() == 6; });
  for (std::int32_t partition = 0; partition < 6; ++partition)
    write(config, std::to_string(partition), 1'000, partition);
  for (auto& process : processes) process.kill();

  processes[0] = start(config, 0);
  wait_until_drained(config);

  EXPECT_THAT(values(carried(config)), UnorderedElementsAre("0", "1", "2", "3", "4", "5"));
}

TEST_F(FirstPositionsTest, TimestampCarriesRecordsFromThatTimeOn) {
  auto config = bridge(2, 1);
  config.start_from = "Timestamp";
  config.start_timestamp_ms = 2'000;
  write(config, "early", 1'000, 0);
  write(config, "on time", 2'000, 0);
  write(config, "late", 3'000, 0);
  write(config, "too early, alone", 1'999, 1);

  const auto process = start(config);
  wait_until_drained(config);

  EXPECT_THAT(values(carried(config)), ElementsAre("on time", "late"));
}

TEST_F(FirstPositionsTest, PartitionsThatAppearLaterAreCarriedFromTheirBeginning) {
  auto config = bridge(1, 1);
  config.start_from = "Latest";
  write(config, "before", 1'000, 0);
  const auto process = start(config);
  wait_for_log(process, "msg=carrying");
  kafka::ask<kafka::PerTopic<void>>([&](auto done) { admin->add_partitions({{config.from.name, 2}}, done); });
  kafka::wait_until("two partitions", [&] {
    return leaders_known(config.from.name) && described(config.from.name)->partitions.size() == 2;
  });
  write(config, "into the new one", 1'000, 1);

  wait_until_drained(config);

  EXPECT_THAT(values(carried(config)), ElementsAre("into the new one"));
}

TEST_F(FirstPositionsTest, GoesOnWhereItStoppedWithItsCounters) {
  const auto config = bridge(1, 1);
  write(config, "first", 5'000, 0);
  auto process = start(config);
  wait_until_drained(config);
  process.signal(SIGTERM);
  ASSERT_EQ(process.exit_code(std::chrono::seconds(10)), 0);
  write(config, "second", 4'000, 0);

  process = start(config);
  wait_until_drained(config);

  EXPECT_THAT(values(carried(config)), ElementsAre("first", "second"));
  EXPECT_EQ(contract::parse_metadata(committed(config).at(0).metadata).value(),
            (contract::Progress{config.from.id, 2, 13, 5'000}));
}

}  // namespace
}  // namespace fusion::bridge
