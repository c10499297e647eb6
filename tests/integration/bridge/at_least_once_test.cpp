#include <set>

#include "tests/integration/bridge/bridge_fixture.h"

namespace fusion::bridge {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class AtLeastOnceTest : public BridgeTest {
 protected:
  contract::BridgeConfig at_least_once() {
    auto config = bridge(3, 3);
    config.guarantee = "AtLeastOnce";
    return config;
  }

  void write(const contract::BridgeConfig& config, int count) {
    Writer writer(bootstrap);
    for (int i = 0; i < count; ++i, ++written_)
      writer.write(config.from.name,
                   {"key-" + std::to_string(written_ % 31), std::to_string(written_), 1'000});
    writer.flush();
  }

  int written_ = 0;
};

TEST_F(AtLeastOnceTest, CarriesEachRecordOnceWhileNothingFails) {
  const auto config = at_least_once();
  write(config, 5'000);
  const auto process = start(config);
  wait_until_drained(config);
  EXPECT_THAT(carried(config), SizeIs(5'000));
  EXPECT_EQ(counted(config), 5'000);
  // Readers that do not look at transactions see records before they are committed: there are none.
  EXPECT_EQ(end_offsets(config.to.name)[0] + end_offsets(config.to.name)[1] + end_offsets(config.to.name)[2],
            5'000);
}

TEST_F(AtLeastOnceTest, LosesNothingOverKills) {
  const auto config = at_least_once();
  auto process = start(config);
  for (int kill = 0; kill < 5; ++kill) {
    const auto before = counted(config);
    write(config, 4'000);
    wait_long("records are carried", [&] { return counted(config) > before; });
    process.kill();
    process = start(config);
  }
  wait_until_drained(config);
  std::set<std::string> distinct;
  for (const auto& record : carried(config)) distinct.insert(record.value.value());
  EXPECT_THAT(distinct, SizeIs(written_));
}

TEST_F(AtLeastOnceTest, StopsAtARecordThatIsTooLargeAfterEverythingBeforeIt) {
  auto config = bridge(1, 1, {{"max.message.bytes", "2000"}});
  config.guarantee = "AtLeastOnce";
  config.codec = "None";
  write(config, 100);
  Writer writer(bootstrap);
  writer.write(config.from.name, {"k", std::string(5'000, 'x'), 1'000});
  writer.flush();
  auto process = start(config);
  EXPECT_EQ(process.exit_code(std::chrono::seconds(60)), 5);
  EXPECT_THAT(process.log(), HasSubstr("partition 0 offset 100 cannot be carried"));
  EXPECT_EQ(committed(config).at(0).offset, 100);
}

}  // namespace
}  // namespace fusion::bridge
