#include "operator/failures.h"

#include <gmock/gmock.h>

#include "operator/rollouts.h"
#include "operator/status_pacer.h"

namespace fusion::op {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

const Failures::Time kStart{};

TEST(Failures, EachThingBacksOffByItself) {
  Failures failures;
  failures.failed("a", {"KafkaBusy", "", false}, kStart);
  EXPECT_FALSE(failures.may_try("a", kStart));
  EXPECT_TRUE(failures.may_try("b", kStart));
  EXPECT_TRUE(failures.may_try("a", kStart + 500ms));
  EXPECT_LE(*failures.next_try_after(kStart), kStart + 500ms);
  EXPECT_EQ(failures.next_try_after(kStart + 500ms), std::nullopt);
}

TEST(Failures, WaitsLongerEachTime) {
  Failures failures;
  for (int count = 0; count < 10; ++count) failures.failed("a", {"KafkaBusy", "", false}, kStart);
  EXPECT_FALSE(failures.may_try("a", kStart + 14s));
  EXPECT_TRUE(failures.may_try("a", kStart + 30s));
}

TEST(Failures, WhatNeedsSomebodyIsTriedSeldom) {
  Failures failures;
  for (int count = 0; count < 12; ++count) failures.failed("a", {"NameConflict", "", true}, kStart);
  EXPECT_FALSE(failures.may_try("a", kStart + 2min));
  EXPECT_TRUE(failures.may_try("a", kStart + 5min));
}

TEST(Failures, AnotherGenerationOfTheSpecIsTriedAtOnce) {
  Failures failures;
  failures.start_generation(1);
  failures.failed("a", {"InvalidConfig", "", true}, kStart);
  failures.start_generation(1);
  EXPECT_FALSE(failures.may_try("a", kStart));
  failures.start_generation(2);
  EXPECT_TRUE(failures.may_try("a", kStart));
  EXPECT_TRUE(failures.empty());
}

TEST(Failures, ForgetsWhatSucceededAndWhatNobodyWants) {
  Failures failures;
  failures.failed("a", {"X", "", false}, kStart);
  failures.failed("b", {"Y", "", false}, kStart);
  failures.failed("c", {"Z", "", false}, kStart);
  failures.succeeded("a");
  failures.keep_only({"a", "b"});
  ASSERT_EQ(failures.all().size(), 1u);
  EXPECT_EQ(failures.all().at("b").reason, "Y");
}

TEST(Rollouts, LetsThroughSoManyAndWakesWhoWaits) {
  Rollouts rollouts(2);
  EXPECT_TRUE(rollouts.take({"n", "a"}));
  EXPECT_TRUE(rollouts.take({"n", "b"}));
  EXPECT_TRUE(rollouts.take({"n", "a"})) << "it has a place already";
  EXPECT_FALSE(rollouts.take({"n", "c"}));
  rollouts.wait({"n", "c"});
  EXPECT_THAT(rollouts.give_back({"n", "a"}), ElementsAre(kube::ObjectKey{"n", "c"}));
  EXPECT_TRUE(rollouts.take({"n", "c"}));
  EXPECT_TRUE(rollouts.give_back({"n", "d"}).empty()) << "it had none";
}

TEST(StatusPacer, LetsThroughABurstAndThenItsRate) {
  StatusPacer pacer(20);
  const StatusPacer::Time now{1h};
  int written = 0;
  while (pacer.ask(now) == 0ms) ++written;
  EXPECT_NEAR(written, 20, 1);
  EXPECT_GT(pacer.ask(now), 0ms);
  EXPECT_EQ(pacer.ask(now + 100ms), 0ms);
}

TEST(StatusPacer, ManyPipelinesWriteTheirProgressLessOften) {
  StatusPacer pacer(20);
  EXPECT_EQ(pacer.progress_interval(10s, 10), 10s);
  EXPECT_EQ(pacer.progress_interval(10s, 5000), 500s);
}

}  // namespace
}  // namespace fusion::op
