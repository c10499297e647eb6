#include <gmock/gmock.h>

#include <random>

#include "contract/bridge_config.h"
#include "contract/dead_letter.h"
#include "tests/integration/bridge/bridge_process.h"
#include "tests/integration/cli/fusionctl_fixture.h"

/// A bridge writes the letters, fusionctl puts them back, and the bridge carries them.
namespace fusion::cli {
namespace {

class LettersOfABridge : public FusionctlTest {
 protected:
  void TearDown() override {
    kafka::ask<kafka::Result<void>>([&](auto done) { admin->delete_group(group_, done); });
    FusionctlTest::TearDown();
  }

  /// Drops repeats by the header `id`, into a target that takes records of up to 2,000 bytes.
  contract::BridgeConfig a_bridge() {
    create_topics(1, 1);
    target_ = created("target", 1, {{"retention.ms", "-1"}, {"max.message.bytes", "2000"}});
    group_ = "group-" + source_;
    auto config = bridge_to(target_, group_);
    config.dead_letter = {{letters_, described(letters_)->topic_id}, true};
    config.guarantee = "EffectivelyOnce";
    config.deduplicate = {"Header", "id", 1'000, std::chrono::hours(1), 10'000};
    return config;
  }

  static Record record(int id, std::string value) {
    return {"key", std::move(value), 1'600'000'000'000 + id, {{"id", std::to_string(id)}}, 0};
  }

  std::vector<Record> carried() {
    wait_for_transactions(target_);
    return bridge::read_committed(bootstrap, target_, 1);
  }

  std::string target_;
  std::string group_;
};

std::string incompressible(std::size_t size) {
  std::mt19937 random(1);
  std::string text;
  while (text.size() < size) text += static_cast<char>(random() % 256);
  return text;
}

TEST_F(LettersOfABridge, AreCarriedOnceTheTargetTakesThemAlthoughTheBridgeWasRestarted) {
  const auto config = a_bridge();
  const auto large = incompressible(5'000);
  write(source_, {record(0, "a"), record(1, large), record(2, "b")});
  bridge::BridgeProcess process(config, 0, directory_);
  kafka::wait_until("the letter", [&] { return end_of(letters_, true) > 0 && carried().size() == 2; });
  ASSERT_EQ(run({"dead-letters", "list", "--topic", letters_}), 0) << err_;
  EXPECT_THAT(out_, testing::HasSubstr("TooLarge"));

  process.kill();
  const auto altered = kafka::ask<kafka::PerTopic<void>>([&](auto done) {
    admin->alter_configs({{target_, {{"max.message.bytes", "100000"}}, {}}}, done);
  });
  ASSERT_TRUE(altered.at(target_));
  process = bridge::BridgeProcess(config, 0, directory_);  // knows its ids by reading again
  ASSERT_EQ(run({"dead-letters", "replay", "--topic", letters_}), 0) << err_;
  kafka::wait_until("the letter to be carried", [&] { return carried().size() >= 3; });
  write(source_, {record(1, large), record(3, "c")});
  kafka::wait_until("the last record", [&] { return carried().size() >= 4; });

  std::vector<std::string> values;
  for (const auto& one : carried()) values.push_back(one.value.value());
  EXPECT_THAT(values, testing::ElementsAre("a", "b", large, "c")) << "its repeat is dropped";
}

}  // namespace
}  // namespace fusion::cli
