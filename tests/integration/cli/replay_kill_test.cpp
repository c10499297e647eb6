#include <signal.h>

#include "tests/integration/cli/fusionctl_fixture.h"

namespace fusion::cli {
namespace {

class KilledReplay : public FusionctlTest {
 protected:
  void write_letters(int count) {
    create_topics();
    std::vector<Record> letters;
    for (int number = 0; number < count; ++number) {
      letters.push_back(a_letter(number));
      numbers_.push_back(number);
    }
    write(letters_, letters);
  }

  std::vector<std::string> replay() const {
    return with_bootstrap({"dead-letters", "replay", "--topic", letters_});
  }

  /// Waits until the process has committed a transaction and has written into the next one. False: it has
  /// ended.
  bool is_in_the_middle(FusionctlProcess& process) {
    const auto before = end_of(source_);
    std::optional<std::int64_t> stable_in_first;
    while (process.is_running()) {
      const auto stable = end_of(source_, true);
      const auto end = end_of(source_);
      const bool is_open = end > stable;
      if (is_open && stable_in_first && stable > *stable_in_first) return true;
      // What the one before it left open has ended by the time at which anything new is written.
      if (is_open && end > before && !stable_in_first) stable_in_first = stable;
    }
    return false;
  }

  std::vector<int> numbers_;
};

TEST_F(KilledReplay, LosesAndRepeatsNothing) {
  write_letters(10'000);
  int killed = 0;
  for (bool done = false; !done;) {
    FusionctlProcess process(replay(), directory_);
    const bool kill_now = killed < 5 && is_in_the_middle(process);
    if (kill_now) process.signal(SIGKILL);
    const int code = process.wait();
    done = code == 0;
    if (done) break;
    ASSERT_EQ(code, -SIGKILL) << process.err();
    ++killed;
  }
  EXPECT_GE(killed, 3) << "too fast to be killed: give it more letters";
  expect_in_source(numbers_);
}

TEST_F(KilledReplay, IsFencedByAnotherOne) {
  write_letters(3'000);
  FusionctlProcess first(replay(), directory_);
  ASSERT_TRUE(is_in_the_middle(first)) << first.err();
  first.signal(SIGSTOP);
  FusionctlProcess second(replay(), directory_);
  EXPECT_EQ(second.wait(), 0) << second.err();
  first.signal(SIGCONT);
  EXPECT_EQ(first.wait(), 2);
  EXPECT_THAT(first.err(), testing::HasSubstr("somebody else has taken this id over"));
  expect_in_source(numbers_);
}

}  // namespace
}  // namespace fusion::cli
