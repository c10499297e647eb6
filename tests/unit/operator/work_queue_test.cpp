#include "operator/work_queue.h"

#include <gmock/gmock.h>

#include <thread>

namespace fusion::op {
namespace {

using namespace std::chrono_literals;

const kube::ObjectKey kA{"demo", "a"};
const kube::ObjectKey kB{"demo", "b"};

class WorkQueueTest : public ::testing::Test {
 protected:
  std::chrono::steady_clock::time_point now_{};
  WorkQueue queue_{{500ms, 8s}, [this] { return now_; }};
};

TEST_F(WorkQueueTest, HandsOutAKeyOnceHoweverOftenItWasAdded) {
  queue_.add(kA);
  queue_.add(kA);
  EXPECT_EQ(queue_.depth(), 1u);
  EXPECT_EQ(queue_.try_take(), kA);
  EXPECT_EQ(queue_.try_take(), std::nullopt);
}

TEST_F(WorkQueueTest, NeverHandsOutAKeyThatIsBeingWorkedOn) {
  queue_.add(kA);
  ASSERT_EQ(queue_.try_take(), kA);
  queue_.add(kA);
  EXPECT_EQ(queue_.try_take(), std::nullopt);
  queue_.done(kA);
  EXPECT_EQ(queue_.try_take(), kA);
}

TEST_F(WorkQueueTest, ForgetsAKeyThatWasNotAddedWhileItWasWorkedOn) {
  queue_.add(kA);
  ASSERT_EQ(queue_.try_take(), kA);
  queue_.done(kA);
  EXPECT_EQ(queue_.try_take(), std::nullopt);
}

TEST_F(WorkQueueTest, KeepsTheOrderInWhichKeysWereAdded) {
  queue_.add(kB);
  queue_.add(kA);
  EXPECT_EQ(queue_.try_take(), kB);
  EXPECT_EQ(queue_.try_take(), kA);
}

TEST_F(WorkQueueTest, HandsOutADelayedKeyWhenItIsDue) {
  queue_.add_after(kA, 2s);
  now_ += 1999ms;
  EXPECT_EQ(queue_.try_take(), std::nullopt);
  now_ += 1ms;
  EXPECT_EQ(queue_.try_take(), kA);
}

TEST_F(WorkQueueTest, TheEarliestDelayWins) {
  queue_.add_after(kA, 10s);
  queue_.add_after(kA, 1s);
  queue_.add_after(kA, 5s);
  now_ += 1s;
  ASSERT_EQ(queue_.try_take(), kA);
  queue_.done(kA);
  now_ += 20s;
  EXPECT_EQ(queue_.try_take(), std::nullopt);
}

TEST_F(WorkQueueTest, TakingAKeyDropsItsDelayedTurn) {
  queue_.add_after(kA, 10s);
  queue_.add(kA);
  ASSERT_EQ(queue_.try_take(), kA);
  queue_.done(kA);
  now_ += 20s;
  EXPECT_EQ(queue_.try_take(), std::nullopt);
}

TEST_F(WorkQueueTest, BacksOffEachKeyByItselfUpToALimit) {
  const auto first = queue_.add_after_failure(kA);
  EXPECT_GE(first, 250ms);
  EXPECT_LE(first, 500ms);
  for (int failure = 0; failure < 10; ++failure) queue_.add_after_failure(kA);
  const auto late = queue_.add_after_failure(kA);
  EXPECT_GE(late, 4s);
  EXPECT_LE(late, 8s);
  EXPECT_LE(queue_.add_after_failure(kB), 500ms);
}

TEST_F(WorkQueueTest, ASuccessMakesTheNextFailureWaitShortlyAgain) {
  for (int failure = 0; failure < 10; ++failure) queue_.add_after_failure(kA);
  queue_.forget_failures(kA);
  EXPECT_LE(queue_.add_after_failure(kA), 500ms);
}

TEST(WorkQueueThreads, WakesAWaitingWorkerForAnEarlierTurn) {
  WorkQueue queue;
  queue.add_after(kA, 1h);
  std::optional<kube::ObjectKey> taken;
  std::jthread worker([&](std::stop_token stop) { taken = queue.take(std::move(stop)); });
  queue.add_after(kB, 1ms);
  worker.join();
  EXPECT_EQ(taken, kB);
}

TEST(WorkQueueThreads, StopsWaiting) {
  WorkQueue queue;
  std::optional<kube::ObjectKey> taken = kA;
  std::jthread worker([&](std::stop_token stop) { taken = queue.take(std::move(stop)); });
  worker.request_stop();
  worker.join();
  EXPECT_EQ(taken, std::nullopt);
}

}  // namespace
}  // namespace fusion::op
