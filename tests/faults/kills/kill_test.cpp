#include <signal.h>

#include <iostream>

#include "tests/faults/kills/fault.h"
#include "tests/faults/kills/offset_watch.h"
#include "tests/faults/kills/replicas.h"
#include "tests/faults/kills/workload.h"
#include "tests/faults/verify/verdict.h"
#include "tests/integration/bridge/bridge_fixture.h"
#include "tests/integration/bridge/own_broker.h"

namespace fusion::faults {
namespace {

using std::chrono_literals::operator""ms;
using What = Fault::What;

constexpr int kReplicas = 3;
constexpr int kFaultsPerScale = 3;
constexpr int kGrowths = 6;
constexpr auto kLongestMoment = 600ms;

unsigned number(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : static_cast<unsigned>(std::stoul(text));
}

/// Stands before the fixture, which connects to it.
struct Harmed {
  bridge::OwnBroker broker{
      std::filesystem::temp_directory_path() / ("faults-" + std::to_string(getpid()) + "-broker"),
      "transaction.abort.timed.out.transaction.cleanup.interval.ms=1000\n"};
};

/// A bridge at work, a workload that never rests, and faults one after another. FUSION_KILLS says how many
/// for each guarantee, FUSION_SEED which.
class KillTest : private Harmed, public bridge::BridgeTest {
 protected:
  /// A broker that comes back, and the replicas with it, may have to wait for each other's timeouts.
  KillTest() : BridgeTest(broker.bootstrap()) { longest_wait_ = std::chrono::minutes(3); }

  void survive(const contract::BridgeConfig& config, int repeats_percent) {
    const auto count = static_cast<int>(number("FUSION_KILLS", 17));
    std::cout << "FUSION_SEED=" << seed_ << " FUSION_KILLS=" << count << std::endl;
    Workload workload(bootstrap, config.from.name, 4, repeats_percent, random_());
    const auto watcher = connect({bootstrap, {}, {}});
    OffsetWatch watch(*watcher, config.group);
    Replicas replicas(config, directory_);
    replicas.scale_to(1);

    int done = 0;
    for (const auto& fault : faults(count, random_)) {
      if (done % kFaultsPerScale == 0) replicas.scale_to(1 + (done / kFaultsPerScale + 1) % kReplicas);
      if (const int growth = ++done * kGrowths / count; growth > grown_) grow(config, growth, workload);
      wait_for_progress(config, replicas, watch);
      if (HasFatalFailure()) return;
      std::cout << done << ": " << fault << " with " << replicas.count() << " replicas" << std::endl;
      harm(fault, config, replicas, watch);
      if (HasFatalFailure()) return;
    }
    wait_for_progress(config, replicas, watch);
    EXPECT_TRUE(workload.stop());
    wait_until_drained(config, replicas);
    if (HasFatalFailure()) return;
    std::cout << watch.looks() << " looks at the offsets, " << watch.behind()
              << " answers from the past of a broker that came back, " << replicas.killed()
              << " replicas killed, " << replicas.failed() << " ended by themselves" << std::endl;
    EXPECT_THAT(watch.setbacks(), testing::IsEmpty());
    EXPECT_EQ(counted(config), workload.ids()) << "records, by the commits' metadata";
    expect_well(config, workload);
  }

  void harm(const Fault& fault, const contract::BridgeConfig& config, Replicas& replicas,
            OffsetWatch& watch) {
    const int ordinal = pick(replicas.count() - 1);
    const int killed = replicas.killed();
    replicas.give_script(ordinal, fault.script());
    if (!fault.is_at_step()) std::this_thread::sleep_for(kLongestMoment * pick(1'000) / 1'000);
    wait_long("the step", [&] {
      // It may have ended by itself before, and then its successor has its turn.
      if (!fault.is_at_step() && replicas.killed() == killed) {
        replicas.at(ordinal).signal(fault.what == What::kKill ? SIGKILL : SIGSTOP);
      }
      if (replicas.at(ordinal).is_stopped()) return true;
      replicas.mend();
      if (fault.what == What::kKill) return replicas.killed() > killed;
      return fault.what == What::kAbort && replicas.has_followed_script(ordinal);
    });
    if (HasFatalFailure() || fault.what == What::kKill || fault.what == What::kAbort) return;
    if (fault.is_the_brokers()) return harm_broker(fault, replicas.at(ordinal), watch);
    if (fault.pause > 0ms) std::this_thread::sleep_for(fault.pause);
    if (fault.what == What::kOutlive) {
      wait_long("a group without the stopped replica",
                [&] { return replicas.mend(), members(config) < replicas.count(); });
    }
    replicas.at(ordinal).signal(SIGCONT);
  }

  /// The replica stands right before its commit.
  void harm_broker(const Fault& fault, const bridge::BridgeProcess& replica, OffsetWatch& watch) {
    replica.signal(SIGCONT);
    std::this_thread::sleep_for(fault.delay);
    if (fault.what == What::kKillBroker) {
      broker.kill();
      watch.broker_was_killed();
      broker.start();
    } else {
      broker.signal(SIGSTOP);
      std::this_thread::sleep_for(fault.pause);
      broker.signal(SIGCONT);
    }
  }

  /// Of the source first, then of the target, and so on.
  void grow(const contract::BridgeConfig& config, int growth, Workload& workload) {
    grown_ = growth;
    const bool is_source = growth % 2 == 1;
    const auto& topic = is_source ? config.from.name : config.to.name;
    const int partitions = 4 + (growth + (is_source ? 1 : 0)) / 2;
    wait_long("more partitions", [&] {
      kafka::ask<kafka::PerTopic<void>>([&](auto done) {
        admin->add_partitions({{topic, partitions}}, done);
      });
      const auto description = described(topic);
      return description && static_cast<int>(description->partitions.size()) == partitions;
    });
    if (is_source) workload.grow_to(partitions);
    std::cout << (is_source ? "the source" : "the target") << " has " << partitions << " partitions now"
              << std::endl;
  }

  /// Now and then of one partition only, so that the next fault meets a bridge that has hardly come back.
  void wait_for_progress(const contract::BridgeConfig& config, Replicas& replicas, const OffsetWatch& watch) {
    const auto before = watch.seen();
    const bool of_all = pick(1) == 1;
    wait_long("progress", [&] {
      replicas.mend();
      const auto now = watch.seen();
      const auto moved = std::count_if(now.begin(), now.end(), [&](const auto& entry) {
        const auto found = before.find(entry.first);
        return found == before.end() || entry.second.offset > found->second.offset;
      });
      return moved > 0 && (!of_all || moved == std::ssize(now));
    });
    if (!HasFatalFailure()) return;
    std::cout << "in vain: progress of " << (of_all ? "all partitions" : "any partition") << " after "
              << watch.looks() << " looks\n";
    const auto ends = end_offsets(config.from.name);
    for (const auto& [partition, now] : watch.seen()) {
      const auto found = before.find(partition);
      std::cout << "partition " << partition << ": offset "
                << (found == before.end() ? -1 : found->second.offset) << " to " << now.offset << " of "
                << ends.at(partition) << std::endl;
    }
  }

  void wait_until_drained(const contract::BridgeConfig& config, Replicas& replicas) {
    wait_long("lag zero", [&] { return replicas.mend(), is_drained(config); });
    wait_long("the end of all transactions", [&] {
      return end_offsets(config.to.name) == end_offsets(config.to.name, kafka::IsolationLevel::ReadCommitted);
    });
  }

  void expect_well(const contract::BridgeConfig& config, const Workload& workload) {
    const auto verdict = verify(bootstrap, config.from.name, config.to.name,
                                config.deduplicate ? RepeatsAre::kDropped : RepeatsAre::kCarried);
    std::cout << verdict.text << std::flush;
    EXPECT_EQ(verdict.exit_code, 0);
    EXPECT_THAT(verdict.text,
                testing::StartsWith("source " + std::to_string(workload.ids() + workload.repeats()) +
                                    " records, " + std::to_string(workload.ids()) + " ids\n"));
  }

  int members(const contract::BridgeConfig& config) {
    const auto group = kafka::ask<kafka::Result<kafka::GroupDescription>>(
        [&](auto done) { admin->describe_group(config.group, done); });
    return group ? static_cast<int>(group->members) : kReplicas;
  }

  /// From 0 to `most`.
  int pick(int most) { return std::uniform_int_distribution<>(0, most)(random_); }

  const unsigned seed_ = number("FUSION_SEED", std::random_device{}());
  std::mt19937 random_{seed_};
  int grown_ = 0;
};

TEST_F(KillTest, ExactlyOnce) { survive(bridge(4, 4), 0); }

TEST_F(KillTest, EffectivelyOnceWithATenthOfRepeats) {
  auto config = bridge(4, 4);
  // Ten times as far as a repeat lies behind its first record.
  config.guarantee = "EffectivelyOnce";
  config.deduplicate = {"Header", "id", 20'000, std::chrono::seconds(0), 500'000};
  survive(config, 10);
}

/// What these tests would say of a bridge that does not commit its offsets with its records.
TEST_F(KillTest, FindsRepeatsWhereThereAreSome) {
  const auto config = bridge(4, 4);
  Workload workload(bootstrap, config.from.name, 4, 0, random_());
  Replicas replicas(config, directory_);
  replicas.scale_to(1);
  wait_long("records", [&] { return counted(config) > 0; });
  replicas.give_script(0, "send_offsets forgotten\ncommit after kill\n");
  wait_long("the kill", [&] { return replicas.mend(), replicas.killed() > 0; });
  EXPECT_TRUE(workload.stop());
  wait_until_drained(config, replicas);
  const auto verdict = verify(bootstrap, config.from.name, config.to.name, RepeatsAre::kCarried);
  EXPECT_EQ(verdict.exit_code, 1) << verdict.text;
  EXPECT_THAT(verdict.text, testing::HasSubstr("repeated "));
  EXPECT_THAT(verdict.text, testing::Not(testing::HasSubstr("repeated 0\n")));
}

}  // namespace
}  // namespace fusion::faults
