#include <string>

#include "tests/integration/cli/fusionctl_fixture.h"

namespace fusion::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

class DeadLetters : public FusionctlTest {
 protected:
  int replay(std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"dead-letters", "replay", "--topic", letters_});
    return run(std::move(more));
  }
};

TEST_F(DeadLetters, GoBackOnceAsTheyWere) {
  create_topics();
  write(letters_, {a_letter(0), a_letter(1, "TooLarge"), a_letter(2), a_letter(3)});

  EXPECT_EQ(replay(), 0) << err_;
  EXPECT_EQ(out_, "put back 3 letters of NoId into topic " + source_ +
                      "\nput back 1 letters of TooLarge into topic " + source_ + "\n");
  expect_in_source({0, 1, 2, 3});

  EXPECT_EQ(replay(), 0) << err_;
  EXPECT_EQ(out_, "nothing to put back\n4 letters were put back before\n");
  write(letters_, {a_letter(4)});
  EXPECT_EQ(replay(), 0) << err_;
  expect_in_source({0, 1, 2, 3, 4});
}

TEST_F(DeadLetters, AreListedByError) {
  create_topics();
  write(letters_, {a_letter(0), a_letter(1, "TooLarge"), a_letter(2), a_record(7)});
  EXPECT_EQ(replay({"--error", "TooLarge"}), 0) << err_;

  EXPECT_EQ(run({"dead-letters", "list", "--topic", letters_}), 0);
  EXPECT_THAT(out_, MatchesRegex("ERROR     LETTERS  REPLAYED  FIRST +LAST\n"
                                 "NoId      2        0         .*\\[0\\]@0 .*\\[2\\]@2\n"
                                 "TooLarge  1        1         .*\\[1\\]@1 .*\\[1\\]@1\n"));
  EXPECT_THAT(err_, HasSubstr("is no dead letter: it has no header fusion-error\n"));
  EXPECT_EQ(run({"dead-letters", "list", "--topic", letters_, "--since", "2100-01-01T00:00:00Z"}), 0);
  EXPECT_EQ(out_, "ERROR  LETTERS  REPLAYED  FIRST  LAST\n");
}

TEST_F(DeadLetters, ThatAFilterLeftOutGoBackLater) {
  create_topics();
  write(letters_, {a_letter(0), a_letter(1, "TooLarge"), a_letter(2), a_letter(3, "NoTime"), a_letter(4)});

  EXPECT_EQ(replay({"--error", "TooLarge", "--error", "NoTime"}), 0) << err_;
  expect_in_source({1, 3});
  EXPECT_EQ(replay({"--since", "2100-01-01T00:00:00Z"}), 0) << err_;
  EXPECT_EQ(out_, "nothing to put back\n");
  EXPECT_EQ(replay({"--since", "1h"}), 0) << err_;
  expect_in_source({0, 1, 2, 3, 4});
}

TEST_F(DeadLetters, GoBackMendedAndNotOnceMoreUnmended) {
  create_topics();
  write(letters_, {a_letter(0), a_letter(1), a_letter(2)});
  EXPECT_EQ(run({"dead-letters", "export", "--topic", letters_, "-o", "letters.jsonl"}), 0);
  EXPECT_EQ(err_, "3 letters\n");

  std::istringstream exported(read_file("letters.jsonl"));
  std::string mended;
  for (std::string line; std::getline(exported, line);) {
    const auto at = line.find("value-1");
    if (at != std::string::npos) mended = line.replace(at, 7, "mended") + "\n";
  }
  write_file("mended.jsonl", mended);
  EXPECT_EQ(replay({"--from", "mended.jsonl"}), 0) << err_;
  EXPECT_EQ(out_, "put back 1 letters of NoId into topic " + source_ + "\n");
  EXPECT_EQ(replay({"--from", "mended.jsonl"}), 0) << err_;
  EXPECT_EQ(out_, "nothing to put back\n1 letters were put back before\n");
  EXPECT_EQ(replay(), 0) << err_;

  auto expected = put_back(1);
  expected.value = "mended";
  const auto records = in_source();
  ASSERT_EQ(records.size(), 3U);
  EXPECT_TRUE(records[1].same_content(expected)) << testing::PrintToString(records[1]);
  EXPECT_EQ(run({"dead-letters", "export", "--topic", letters_}), 0);
  EXPECT_EQ(out_, "") << "what was put back is not exported again";
}

TEST_F(DeadLetters, StayInADryRun) {
  create_topics();
  write(letters_, {a_letter(0), a_letter(1)});
  const auto before = end_of(letters_);

  EXPECT_EQ(replay({"--dry-run"}), 0) << err_;
  EXPECT_EQ(out_, "would put back 2 letters of NoId into topic " + source_ + "\n");
  EXPECT_EQ(end_of(letters_), before);
  EXPECT_EQ(end_of(source_), 0);
}

TEST_F(DeadLetters, ThatCannotGoBackAreLeftAndNamed) {
  create_topics();
  auto without_time = a_record(0);
  without_time.timestamp_ms = 0;
  auto elsewhere = a_record(2);
  elsewhere.partition = 99;
  write(letters_, {letter_of(without_time, 0), a_letter(1), letter_of(elsewhere, 2)});

  EXPECT_EQ(replay(), 1);
  expect_in_source({1});
  EXPECT_THAT(err_, HasSubstr("[0]@0 has the time 0 ms"));
  EXPECT_THAT(err_, HasSubstr("[0]@1 belongs into partition 99 of topic " + source_));
  EXPECT_THAT(err_, HasSubstr("2 letters were left\n"));
}

TEST_F(DeadLetters, AreLeftWhereTheSourceWouldDeleteThem) {
  create_topics();
  source_ = created("short", 3, {{"retention.ms", "3600000"}});
  write(letters_, {a_letter(0)});
  EXPECT_EQ(replay(), 1);
  EXPECT_THAT(err_, HasSubstr("older than retention.ms (3600000) of topic " + source_));
  EXPECT_EQ(end_of(source_), 0);
}

TEST_F(DeadLetters, StayWhereTheSourceRefusesOneOfTheirTransaction) {
  create_topics();
  source_ = created("small", 3, {{"retention.ms", "-1"}, {"max.message.bytes", "2000"}});
  auto large = a_record(1);
  large.value = std::string(5'000, ' ');
  for (auto& c : *large.value) c = static_cast<char>(' ' + std::rand() % 90);
  write(letters_, {a_letter(0), letter_of(large, 1, "TooLarge"), a_letter(2)});

  EXPECT_EQ(replay(), 2);
  EXPECT_THAT(err_, HasSubstr("letter " + letters_ + "[1]@0 for topic " + source_ + ": "));
  expect_in_source({});
  EXPECT_EQ(replay({"--error", "NoId"}), 0) << err_;
  expect_in_source({0, 2});
}

TEST_F(DeadLetters, StayInACompactedTopicWhichTakesNoReceipts) {
  create_topics();
  letters_ = created("compacted", 2, {{"cleanup.policy", "compact"}});
  write(letters_, {a_letter(0), a_letter(1)});
  EXPECT_EQ(replay(), 2);
  EXPECT_THAT(err_, HasSubstr("the receipt for letters of topic " + letters_));
  expect_in_source({});
}

TEST_F(DeadLetters, ManySmallOnesDoNotMakeABatchThatIsTooLarge) {
  create_topics();
  source_ = created("small", 3, {{"retention.ms", "-1"}, {"max.message.bytes", "400"}});
  std::vector<Record> letters;
  std::vector<int> numbers;
  for (int number = 0; number < 300; ++number) {
    letters.push_back(a_letter(number));
    numbers.push_back(number);
  }
  write(letters_, letters);
  EXPECT_EQ(replay(), 0) << err_;
  expect_in_source(numbers);
}

TEST_F(DeadLetters, OfOneBridgeAreThoseOfItsSource) {
  create_topics();
  const auto own = source_;
  const auto other = created("other", 3, {{"retention.ms", "-1"}});
  std::vector<Record> letters{a_letter(0), a_letter(1)};
  source_ = other;
  letters.push_back(a_letter(2));
  source_ = own;
  write(letters_, letters);
  write_file("p.yaml",
             "kind: FusionPipeline\nmetadata: {name: p, namespace: demo}\nspec:\n  bridges:\n"
             "  - {name: b, from: {topic: " +
                 source_ + "}, to: {topic: x}, deadLetter: {topic: " + letters_ + "}}\n");
  EXPECT_EQ(run({"dead-letters", "replay", "-f", "p.yaml", "--bridge", "b"}), 0) << err_;
  expect_in_source({0, 1});
  EXPECT_EQ(end_of(other), 0);
}

TEST_F(DeadLetters, OfAnOpenTransactionAreWaitedFor) {
  create_topics();
  write(letters_, {a_letter(0)});
  Writer bridge(bootstrap, unique("bridge"));
  bridge.begin();
  bridge.write(letters_, a_letter(1));
  bridge.flush();
  EXPECT_EQ(run({"dead-letters", "list", "--topic", letters_}), 0);
  EXPECT_THAT(err_, HasSubstr("a transaction is open, what it wrote is left out"));

  FusionctlProcess process(with_bootstrap({"dead-letters", "replay", "--topic", letters_}), directory_);
  kafka::wait_until("the replay to wait",
                    [&] { return process.err().find("its end is waited for") != std::string::npos; });
  bridge.commit();
  EXPECT_EQ(process.wait(), 0) << process.err();
  expect_in_source({0, 1});
}

TEST_F(DeadLetters, AreNotLookedForInATopicThatIsNotThere) {
  EXPECT_EQ(run({"dead-letters", "list", "--topic", unique("none")}), 2);
  EXPECT_THAT(err_, HasSubstr("Kafka has no such topic"));
}

}  // namespace
}  // namespace fusion::cli
