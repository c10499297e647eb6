#include "operator/job_poller.h"

#include <gmock/gmock.h>

#include <future>

/// On one thread, with a clock that is ticked by hand and jobs that are a map.
namespace fusion::op {
namespace {

using namespace std::chrono_literals;
using stages::JobProgress;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using Urls = std::map<std::string, std::string>;

constexpr char kUrl[] = "http://count-rest.shop.svc:8081/jobs/1";
const kube::ObjectKey kOrders{"shop", "orders"};
const kube::ObjectKey kOthers{"shop", "others"};

JobProgress at_second(std::int64_t second) { return {.watermark_ms = second * 1000}; }

class JobPollerTest : public ::testing::Test {
 protected:
  JobPoller::Parts parts() {
    return {.interval = 10s,
            .clock = [this] { return now_; },
            .ask = [this](const std::string& url,
                          const std::stop_token&) -> tl::expected<JobProgress, std::string> {
              asked_.push_back(url);
              if (during_) during_();
              const auto job = jobs_.find(url);
              if (job == jobs_.end()) return tl::unexpected<std::string>("nobody is there");
              return job->second;
            },
            .wake = [this](const kube::ObjectKey& key) { woken_.push_back(key); }};
  }

  /// Asks whatever is due; answers who was asked.
  std::vector<std::string> ask_all() {
    asked_.clear();
    while (poller_.ask_next()) continue;
    return asked_;
  }
  /// How often anybody is asked while time passes, second by second.
  int asked_within(std::chrono::seconds time) {
    int count = 0;
    for (auto passed = 0s; passed < time; passed += 1s) {
      now_ += 1s;
      count += static_cast<int>(ask_all().size());
    }
    return count;
  }

  std::chrono::steady_clock::time_point now_{1000s};
  std::map<std::string, JobProgress> jobs_;
  std::function<void()> during_;  ///< happens while a job is asked
  std::vector<std::string> asked_;
  std::vector<kube::ObjectKey> woken_;
  JobPoller poller_{parts(), Log(LogLevel::kError)};
};

TEST_F(JobPollerTest, KnowsWhatAJobSaidAndWakesItsPipeline) {
  jobs_[kUrl] = at_second(7);
  EXPECT_THAT(poller_.follow(kOrders, {{"count", kUrl}}), IsEmpty()) << "it has not been asked yet";
  EXPECT_THAT(ask_all(), ElementsAre(kUrl));
  EXPECT_THAT(woken_, ElementsAre(kOrders));
  EXPECT_THAT(poller_.follow(kOrders, {{"count", kUrl}}), ElementsAre(Pair("count", at_second(7))));
}

TEST_F(JobPollerTest, AsksAJobThatAnswersOnceInAnInterval) {
  jobs_[kUrl] = at_second(7);
  poller_.follow(kOrders, {{"count", kUrl}});
  ask_all();
  for (int i = 0; i < 3; ++i) poller_.follow(kOrders, {{"count", kUrl}});
  EXPECT_EQ(asked_within(9s), 0);
  EXPECT_EQ(asked_within(1s), 1);
  EXPECT_EQ(asked_within(100s), 10);
}

TEST_F(JobPollerTest, WakesNobodyForWhatNoStatusTells) {
  jobs_[kUrl] = at_second(7);
  poller_.follow(kOrders, {{"count", kUrl}});
  ask_all();
  woken_.clear();
  jobs_[kUrl].completed = stages::CompletedCheckpoint{.id = 9};
  jobs_[kUrl].completed_checkpoints = 9;
  *jobs_[kUrl].watermark_ms += 999;
  EXPECT_EQ(asked_within(10s), 1);
  EXPECT_THAT(woken_, IsEmpty());
  EXPECT_EQ(poller_.follow(kOrders, {{"count", kUrl}})["count"], jobs_[kUrl]) << "the metrics tell it";
  *jobs_[kUrl].watermark_ms += 1;
  EXPECT_EQ(asked_within(10s), 1);
  EXPECT_THAT(woken_, ElementsAre(kOrders));
  jobs_[kUrl].failed = stages::FailedCheckpoint{10, "IO"};
  EXPECT_EQ(asked_within(10s), 1);
  EXPECT_THAT(woken_, SizeIs(2));
}

TEST_F(JobPollerTest, AsksAJobThatDoesNotAnswerOnceAMinuteInTheEnd) {
  poller_.follow(kOrders, {{"count", kUrl}});
  EXPECT_THAT(ask_all(), SizeIs(1));
  asked_within(300s);
  const int in_ten_minutes = asked_within(600s);
  EXPECT_GE(in_ten_minutes, 10);
  EXPECT_LE(in_ten_minutes, 20) << "the jitter takes up to a half";
  EXPECT_THAT(woken_, IsEmpty());
  EXPECT_THAT(poller_.follow(kOrders, {{"count", kUrl}}), IsEmpty());

  jobs_[kUrl] = at_second(7);
  asked_within(60s);
  EXPECT_EQ(asked_within(100s), 10) << "it answers again";
}

TEST_F(JobPollerTest, LetsAnAnswerHoldForAMinute) {
  jobs_[kUrl] = at_second(7);
  poller_.follow(kOrders, {{"count", kUrl}});
  ask_all();
  woken_.clear();
  jobs_.clear();
  asked_within(59s);
  EXPECT_THAT(poller_.follow(kOrders, {{"count", kUrl}}), SizeIs(1));
  EXPECT_THAT(woken_, IsEmpty());
  asked_within(61s);
  EXPECT_THAT(poller_.follow(kOrders, {{"count", kUrl}}), IsEmpty());
  EXPECT_THAT(woken_, ElementsAre(kOrders)) << "the status still tells it";
}

TEST_F(JobPollerTest, DoesNotLetSilentJobsHoldUpThoseThatAnswer) {
  jobs_[kUrl] = at_second(7);
  poller_.follow(kOrders, {{"count", kUrl}});
  ask_all();
  Urls silent;
  for (int i = 0; i < 1000; ++i) silent["stage-" + std::to_string(i)] = "http://silent/" + std::to_string(i);
  poller_.follow(kOthers, silent);
  now_ += 10s;
  asked_.clear();
  ASSERT_TRUE(poller_.ask_next());
  EXPECT_THAT(asked_, ElementsAre(kUrl));
}

TEST_F(JobPollerTest, ForgetsJobsThatNobodyNames) {
  jobs_[kUrl] = at_second(7);
  poller_.follow(kOrders, {{"count", kUrl}});
  poller_.follow(kOthers, {{"count", "http://silent/"}});
  ask_all();
  poller_.follow(kOrders, {});
  poller_.follow(kOthers, {});
  EXPECT_EQ(asked_within(120s), 0);
  EXPECT_THAT(poller_.follow(kOrders, {{"count", kUrl}}), IsEmpty()) << "what it said is forgotten, too";
  EXPECT_THAT(ask_all(), ElementsAre(kUrl));
}

TEST_F(JobPollerTest, AsksAnotherJobOfTheStageAnew) {
  jobs_[kUrl] = at_second(7);
  const std::string other = "http://count-rest.shop.svc:8081/jobs/2";
  poller_.follow(kOrders, {{"count", kUrl}});
  ask_all();
  EXPECT_THAT(poller_.follow(kOrders, {{"count", other}}), IsEmpty());
  EXPECT_THAT(ask_all(), ElementsAre(other));
}

TEST_F(JobPollerTest, DropsAnAnswerThatNobodyWaitsForAnyMore) {
  jobs_[kUrl] = at_second(7);
  poller_.follow(kOrders, {{"count", kUrl}});
  during_ = [this] { poller_.follow(kOrders, {}); };
  EXPECT_THAT(ask_all(), ElementsAre(kUrl));
  EXPECT_THAT(woken_, IsEmpty());
  during_ = nullptr;
  EXPECT_THAT(poller_.follow(kOrders, {{"count", kUrl}}), IsEmpty());
}

TEST(JobPollerThreads, EndWhileAJobIsAsked) {
  std::promise<void> asked;
  JobPoller::Parts parts;
  parts.clock = [] { return std::chrono::steady_clock::now(); };
  parts.ask = [&](const std::string&, std::stop_token stop) -> tl::expected<JobProgress, std::string> {
    std::promise<void> stopped;
    const std::stop_callback on_stop(stop, [&] { stopped.set_value(); });
    asked.set_value();
    stopped.get_future().wait();
    return tl::unexpected<std::string>("stopped");
  };
  parts.wake = [](const kube::ObjectKey&) { FAIL() << "nothing was said"; };
  {
    JobPoller poller(std::move(parts), Log(LogLevel::kError));
    poller.start();
    poller.follow(kOrders, {{"count", kUrl}});
    asked.get_future().wait();
  }
}

}  // namespace
}  // namespace fusion::op
