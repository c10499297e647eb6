#include "operator/job_poller.h"

#include <algorithm>
#include <utility>

#include "controllers/stages/stage_progress.h"

namespace fusion::op {
namespace {

using kube::ObjectKey;
using stages::JobProgress;

constexpr std::chrono::milliseconds kSeldom{60'000};
constexpr int kThreads = 4;  // of each of both kinds
constexpr char kBetween = '/';

ObjectKey key_of(const ObjectKey& pipeline, const std::string& stage) {
  return {pipeline.ns, pipeline.name + kBetween + stage};
}

struct Stage {
  ObjectKey pipeline;
  std::string name;
};

Stage stage_of(const ObjectKey& job) {
  const auto end = job.name.find(kBetween);
  return {{job.ns, job.name.substr(0, end)}, job.name.substr(end + 1)};
}

}  // namespace

JobPoller::JobPoller(Parts parts, Log log)
    : parts_(std::move(parts)),
      log_(std::move(log)),
      holds_(std::max(kSeldom, 3 * parts_.interval)),
      answering_({}, parts_.clock),
      silent_({.initial = parts_.interval, .limit = std::max(kSeldom, parts_.interval)}, parts_.clock) {}

JobPoller::~JobPoller() { stop_.request_stop(); }

void JobPoller::start() {
  const auto at_once = [](std::stop_token) { return true; };
  for_answering_ = std::make_unique<Workers>(
      answering_, kThreads, at_once, [this](const ObjectKey& job) { ask(job, true); }, "job-poller");
  for_silent_ = std::make_unique<Workers>(
      silent_, kThreads, at_once, [this](const ObjectKey& job) { ask(job, false); }, "job-poller");
}

std::map<std::string, JobProgress> JobPoller::follow(const ObjectKey& pipeline,
                                                     const std::map<std::string, std::string>& urls) {
  std::lock_guard lock(mutex_);
  if (urls.empty()) {
    jobs_.erase(pipeline);
    return {};
  }
  auto& jobs = jobs_[pipeline];
  std::erase_if(jobs, [&](const auto& entry) {
    const auto wanted = urls.find(entry.first);
    return wanted == urls.end() || wanted->second != entry.second.url;
  });
  std::map<std::string, JobProgress> progress;
  for (const auto& [stage, url] : urls) {
    const auto [job, is_new] = jobs.try_emplace(stage, Job{.url = url});
    if (is_new) silent_.add(key_of(pipeline, stage));
    if (const auto what = known(job->second)) progress[stage] = *what;
  }
  return progress;
}

bool JobPoller::ask_next() {
  for (const bool answers : {true, false}) {
    auto& queue = answers ? answering_ : silent_;
    const auto job = queue.try_take();
    if (!job) continue;
    ask(*job, answers);
    queue.done(*job);
    return true;
  }
  return false;
}

JobPoller::Job* JobPoller::find(const ObjectKey& key, bool answers) {
  const auto stage = stage_of(key);
  const auto jobs = jobs_.find(stage.pipeline);
  if (jobs == jobs_.end()) return nullptr;
  const auto job = jobs->second.find(stage.name);
  return job != jobs->second.end() && job->second.answers == answers ? &job->second : nullptr;
}

void JobPoller::ask(const ObjectKey& key, bool answers) {
  std::string url;
  {
    std::lock_guard lock(mutex_);
    if (const auto* job = find(key, answers)) url = job->url;
  }
  if (url.empty()) return (answers ? answering_ : silent_).forget_failures(key);
  auto answer = parts_.ask(url, stop_.get_token());
  if (stop_.stop_requested()) return;
  bool is_news = false;
  {
    std::lock_guard lock(mutex_);
    auto* job = find(key, answers);
    if (job == nullptr || job->url != url) return;
    const auto before = job->progress;
    take(key, *job, std::move(answer));
    is_news = !stages::tell_the_same(before, job->progress);
  }
  if (is_news) parts_.wake(stage_of(key).pipeline);
}

void JobPoller::take(const ObjectKey& key, Job& job, tl::expected<JobProgress, std::string> answer) {
  if (!job.was_asked || job.answers != answer.has_value()) tell(key, job, answer ? "" : answer.error());
  job.was_asked = true;
  job.answers = answer.has_value();
  if (answer) {
    job.progress = std::move(*answer);
    job.answered_at = parts_.clock();
    silent_.forget_failures(key);
    answering_.add_after(key, parts_.interval);
  } else {
    job.progress = known(job);
    silent_.add_after_failure(key);
  }
}

void JobPoller::tell(const ObjectKey& key, const Job& job, const std::string& error) const {
  const auto stage = stage_of(key);
  const auto log =
      log_.with({{"pipeline", kube::to_string(stage.pipeline)}, {"stage", stage.name}, {"url", job.url}});
  if (error.empty()) {
    log.info("the job tells how far it has come");
  } else {
    log.info("the job does not tell how far it has come", {{"error", error}});
  }
}

std::optional<JobProgress> JobPoller::known(const Job& job) const {
  if (!job.progress || parts_.clock() - job.answered_at >= holds_) return std::nullopt;
  return job.progress;
}

}  // namespace fusion::op
