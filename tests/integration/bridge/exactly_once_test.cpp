#include <signal.h>

#include "tests/integration/bridge/bridge_fixture.h"

namespace fusion::bridge {
namespace {

constexpr int kReplicas = 2;
constexpr int kPartitions = 4;
constexpr int kKeys = 997;

/// Record i has the key i % kKeys and the value i: ids tell what was lost or repeated, and within a key they
/// ascend.
class ExactlyOnceTest : public BridgeTest {
 protected:
  void write(const std::string& topic, int count) {
    for (int i = 0; i < count; ++i, ++written_) {
      writer_.write(topic,
                    {"key-" + std::to_string(written_ % kKeys), std::to_string(written_), 1'000 + written_});
    }
    writer_.flush();
  }

  void expect_each_once_in_order(const contract::BridgeConfig& config) {
    const auto records = carried(config);
    std::vector<int> times(static_cast<std::size_t>(written_), 0);
    std::map<std::string, int> last;
    int disordered = 0;
    for (const auto& record : records) {
      const int id = std::stoi(record.value.value());
      ++times.at(static_cast<std::size_t>(id));
      const auto [entry, is_first] = last.try_emplace(record.key.value(), id);
      if (!is_first && id <= entry->second) ++disordered;
      entry->second = id;
    }
    EXPECT_EQ(std::count(times.begin(), times.end(), 0), 0) << "lost";
    EXPECT_EQ(std::count_if(times.begin(), times.end(), [](int n) { return n > 1; }), 0) << "repeated";
    EXPECT_EQ(disordered, 0) << "out of order within their key";
    EXPECT_EQ(counted(config), written_) << "the commits' metadata";
  }

  Writer writer_{bootstrap};
  int written_ = 0;
};

TEST_F(ExactlyOnceTest, SurvivesReplicasThatComeAndGo) {
  auto config = bridge(kPartitions, kPartitions);
  std::map<int, BridgeProcess> processes;
  processes.emplace(0, start(config, 0));
  wait_for_log(processes.at(0), "msg=carrying");
  for (int i = 0; i < 4; ++i) {
    write(config.from.name, 10'000);
    processes.erase(1 + (i + 2) % 3);
    processes.emplace(1 + i % 3, start(config, 1 + i % 3));
    write(config.from.name, 10'000);
    auto& leaving = processes.begin()->second;
    wait_for_log(leaving, "msg=starting");  // from here on it hears signals
    leaving.signal(SIGTERM);
    EXPECT_EQ(leaving.exit_code(std::chrono::seconds(10)), 0);
    processes.erase(processes.begin());
  }
  processes.emplace(9, start(config, 9));
  wait_until_drained(config);
  expect_each_once_in_order(config);
}

TEST_F(ExactlyOnceTest, AReplicaThatSleptBeyondItsSessionRepeatsNothing) {
  auto config = bridge(kPartitions, kPartitions);
  config.commit_interval = std::chrono::seconds(2);
  std::vector<BridgeProcess> processes;
  for (int ordinal = 0; ordinal < kReplicas; ++ordinal) processes.push_back(start(config, ordinal));
  for (auto& process : processes) wait_for_log(process, "msg=carrying partitions=2");
  write(config.from.name, 20'000);

  processes[1].signal(SIGSTOP);
  write(config.from.name, 20'000);
  wait_for_log(processes[0], "msg=carrying partitions=4");
  processes[1].signal(SIGCONT);

  write(config.from.name, 20'000);
  wait_until_drained(config);
  expect_each_once_in_order(config);
}

}  // namespace
}  // namespace fusion::bridge
