#include <gmock/gmock.h>

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "controllers/stages/observe_progress.h"
#include "flink/http_rest_api.h"
#include "tests/integration/flink/own_flink.h"

/// What a real Flink says of a real job.
namespace fusion::flink {
namespace {

using namespace std::chrono_literals;
using stages::JobProgress;
using ::testing::HasSubstr;

class FlinkProgress : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (const auto distribution = OwnFlink::distribution(); !distribution.empty())
      flink_ = std::make_unique<OwnFlink>(distribution);
  }
  static void TearDownTestSuite() { flink_.reset(); }

  void SetUp() override {
    if (!flink_)
      GTEST_SKIP()
          << "the cache has no Flink, and to make it takes minutes: `dev/engines images --only flink` does. "
             "tests/e2e/engines asks a Flink in a cluster";
  }

  /// Asks until the answer is as it is waited for; the last answer, if it never is.
  static JobProgress wait_for(const std::function<bool(const JobProgress&)>& is_right) {
    HttpRestApi api;
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (true) {
      const auto progress = stages::observe_progress(api, flink_->job_url(), {});
      EXPECT_TRUE(progress) << progress.error();
      if (!progress) return {};
      if (is_right(*progress) || std::chrono::steady_clock::now() > deadline) return *progress;
      std::this_thread::sleep_for(100ms);
    }
  }

  static std::unique_ptr<OwnFlink> flink_;
};

std::unique_ptr<OwnFlink> FlinkProgress::flink_;

TEST_F(FlinkProgress, IsItsWatermarkAndItsCheckpoints) {
  const auto first = wait_for([](const auto& seen) { return seen.watermark_ms && seen.completed; });
  constexpr std::int64_t kFirstMs = 1'700'000'000'000;
  ASSERT_TRUE(first.watermark_ms);
  EXPECT_GE(*first.watermark_ms, kFirstMs - 1);
  EXPECT_LT(*first.watermark_ms, kFirstMs + 1'000'000'000);
  ASSERT_TRUE(first.completed);
  EXPECT_LT(std::chrono::system_clock::now() - first.completed->at, 2min);
  EXPECT_GT(first.completed->state_bytes, 0);
  EXPECT_GE(first.completed_checkpoints, 1);
  EXPECT_EQ(first.failed, std::nullopt);

  const auto later = wait_for([&](const auto& seen) {
    return seen.watermark_ms > first.watermark_ms && seen.completed &&
           seen.completed->id > first.completed->id;
  });
  EXPECT_GT(later.watermark_ms, first.watermark_ms);
  EXPECT_GT(later.completed->id, first.completed->id);
}

TEST_F(FlinkProgress, IsNotKnownOfAJobThatIsNotThere) {
  HttpRestApi api;
  const auto url = flink_->address() + "/jobs/" + std::string(32, '0');
  EXPECT_THAT(stages::observe_progress(api, url, {}).error(), HasSubstr("does not know the job"));
}

// Last: the job does not recover from it.
TEST_F(FlinkProgress, SaysThatCheckpointsFail) {
  ASSERT_TRUE(wait_for([](const auto& seen) { return seen.completed.has_value(); }).completed);
  flink_->lose_the_checkpoint_directory();
  const auto progress = wait_for([](const auto& seen) { return seen.failed.has_value(); });
  ASSERT_TRUE(progress.failed);
  EXPECT_GT(progress.failed->id, progress.completed->id);
  EXPECT_THAT(progress.failed->why, HasSubstr("IO"));
  EXPECT_GE(progress.failed_checkpoints, 1);
}

}  // namespace
}  // namespace fusion::flink
