#include <signal.h>

#include "contract/bridge_config.h"
#include "tests/integration/bridge/bridge_process.h"
#include "tests/integration/cli/fusionctl_fixture.h"
#include "tests/integration/kafka/test_producer.h"

namespace fusion::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

/// A pipeline of a bridge from the source to a target, with an installation id that nobody else has.
class Transactions : public FusionctlTest {
 protected:
  void SetUp() override {
    FusionctlTest::SetUp();
    create_topics();
    target_ = created("target", 1, {{"retention.ms", "-1"}});
    installation_ = "it" + std::to_string(std::chrono::system_clock::now().time_since_epoch().count());
    group_ = installation_ + "/demo/p/b";
    write_file(
        "p.yaml",
        "kind: FusionPipeline\nmetadata: {name: p, namespace: demo}\nspec:\n  topics: [{name: " + source_ +
            "}, {name: " + target_ + "}]\n  bridges:\n  - {name: b, from: {topic: " + source_ +
            "}, to: {topic: " + target_ + "}, replicas: 2}\n");
  }

  void TearDown() override {
    kafka::ask<kafka::Result<void>>([&](auto done) { admin->delete_group(group_, done); });
    FusionctlTest::TearDown();
  }

  /// As a replica of the bridge leaves it that dies before a commit, and has committed before.
  void leave_open(kafka::TestProducer& replica) {
    replica.begin();
    replica.produce(target_, 0, "carried", 1'600'000'000'000);
    replica.send_offset(group_, source_, 0, 1, "");
    replica.commit();
    replica.begin();
    replica.produce(target_, 0, "open", 1'600'000'000'000);
    replica.flush();
  }

  int list(const std::string& duration = "500ms") {
    return run(
        {"transactions", "list", "-f", "p.yaml", "--installation-id", installation_, "--for", duration});
  }
  int abort(int ordinal) {
    return run({"transactions", "abort", "-f", "p.yaml", "--installation-id", installation_, "--bridge", "b",
                "--ordinal", std::to_string(ordinal)});
  }

  std::string target_;
  std::string installation_;
  std::string group_;
};

TEST_F(Transactions, ThatHangAreListedWithThoseWhoMayHoldThem) {
  EXPECT_EQ(list(), 0) << err_;
  EXPECT_EQ(out_, "no hanging transaction\n");

  kafka::TestProducer replica(bootstrap, group_ + "/0");
  leave_open(replica);
  kafka::TestProducer foreign(bootstrap, unique("foreign"));
  foreign.begin();
  foreign.produce(source_, 2, "x", 1'600'000'000'000);
  foreign.flush();
  EXPECT_EQ(list(), 1) << err_;
  EXPECT_THAT(out_,
              AllOf(HasSubstr(source_ + "  2          0        2020-09-13T12:26:40Z  none of this pipeline"),
                    HasSubstr("2020-09-13T12:26:40Z  " + group_ + "/0, " + group_ + "/1\n")));
}

TEST_F(Transactions, ThatEndMeanwhileAreNotListed) {
  kafka::TestProducer replica(bootstrap, group_ + "/0");
  leave_open(replica);
  FusionctlProcess process(with_bootstrap({"transactions", "list", "-f", "p.yaml", "--for", "1m"}),
                           directory_);
  replica.commit();
  EXPECT_EQ(process.wait(), 0) << process.out();
}

TEST_F(Transactions, OfItsOwnAreAborted) {
  kafka::TestProducer replica(bootstrap, group_ + "/1");
  leave_open(replica);
  EXPECT_EQ(abort(1), 0) << err_;
  EXPECT_THAT(out_, AllOf(HasSubstr("took over the transactional id " + group_ + "/1"),
                          HasSubstr(target_ + "[0]@2: released\n")));

  EXPECT_EQ(end_of(target_), end_of(target_, true));
  EXPECT_EQ(bridge::read_committed(bootstrap, target_, 1).size(), 1U);
  EXPECT_THROW(replica.commit(), std::runtime_error);
  EXPECT_EQ(abort(1), 0) << err_;
  EXPECT_THAT(out_, HasSubstr("no transaction was open on its topics"));
}

TEST_F(Transactions, OfOthersAreLeftAlone) {
  kafka::TestProducer replica(bootstrap, group_ + "/1");
  leave_open(replica);
  EXPECT_EQ(abort(0), 1) << err_;
  EXPECT_THAT(out_, HasSubstr(target_ + "[0]@2: held as before, by another producer\n"));
  replica.commit();
  EXPECT_EQ(bridge::read_committed(bootstrap, target_, 1).size(), 2U);
}

TEST_F(Transactions, AreNotAbortedOfABridgeThatNeverRan) {
  EXPECT_EQ(abort(0), 2);
  EXPECT_THAT(err_, HasSubstr("Kafka knows no consumer group " + group_));
}

TEST_F(Transactions, OfARunningBridgeAreAbortedAndItGoesOn) {
  const auto config = bridge_to(target_, group_);
  const auto carried = [&] {
    wait_for_transactions(target_);
    return bridge::read_committed(bootstrap, target_, 1).size();
  };

  write(source_, {a_record(0), a_record(1)});
  bridge::BridgeProcess replica(config, 0, directory_);
  kafka::wait_until("the first records", [&] { return end_of(target_, true) > 0 && carried() == 2; });
  EXPECT_EQ(abort(0), 0) << err_;
  write(source_, {a_record(2)});
  EXPECT_EQ(replica.exit_code(std::chrono::seconds(60)), 1) << replica.log();

  replica = bridge::BridgeProcess(config, 0, directory_);
  kafka::wait_until("the last record", [&] { return carried() >= 3; });
  EXPECT_EQ(carried(), 3U);
}

}  // namespace
}  // namespace fusion::cli
