#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>

#include "controllers/stages/job_progress.h"
#include "operator/log.h"
#include "operator/work_queue.h"
#include "operator/workers.h"

namespace fusion::op {

/// Asks the jobs of the pipelines' stages how far they have come, again and again, and remembers what they
/// said.
///
/// A job that answers is asked every `interval`. One that does not is asked ever more seldom, down to once a
/// minute, by threads of its own: however many there are, they do not hold up those that answer. What a job
/// said last holds for a minute, so that one answer that is missing tells nothing. Thread-safe; its threads,
/// "job-poller-0" and so on, end with it.
class JobPoller {
 public:
  using Clock = std::function<std::chrono::steady_clock::time_point()>;
  struct Parts {
    std::chrono::milliseconds interval{10'000};
    Clock clock;
    /// Asks the job at a URL, and may wait for the answer unless `stop` is triggered. Called by several
    /// threads.
    std::function<tl::expected<stages::JobProgress, std::string>(const std::string& url,
                                                                 std::stop_token stop)>
        ask;
    /// What a status tells of the pipeline's jobs is another thing now.
    std::function<void(const kube::ObjectKey& pipeline)> wake;
  };

  JobPoller(Parts parts, Log log);
  ~JobPoller();

  void start();

  /// From now on asks the jobs of this pipeline at these URLs, by stage, and no others of it. Answers what is
  /// known of them, by stage.
  std::map<std::string, stages::JobProgress> follow(const kube::ObjectKey& pipeline,
                                                    const std::map<std::string, std::string>& urls);

  /// Asks one job that is due, on this thread; false if none is.
  bool ask_next();

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Job {
    std::string url;
    bool answers = false;  ///< the last time it was asked
    bool was_asked = false;
    Time answered_at{};
    std::optional<stages::JobProgress> progress = {};
  };

  /// The job that an entry of the queue is for; null: there is none any more, or it is asked from the other
  /// queue.
  Job* find(const kube::ObjectKey& key, bool answers);
  void ask(const kube::ObjectKey& key, bool answers);
  void take(const kube::ObjectKey& key, Job& job, tl::expected<stages::JobProgress, std::string> answer);
  void tell(const kube::ObjectKey& key, const Job& job, const std::string& error) const;
  std::optional<stages::JobProgress> known(const Job& job) const;

  const Parts parts_;
  const Log log_;
  const std::chrono::milliseconds holds_;
  // A job's key is its pipeline's, with the stage behind a slash: no name has one.
  WorkQueue answering_;
  WorkQueue silent_;  // of jobs that did not answer, and of new ones
  mutable std::mutex mutex_;
  std::map<kube::ObjectKey, std::map<std::string, Job>> jobs_;  // guarded by mutex_; by pipeline, by stage
  std::stop_source stop_;
  std::unique_ptr<Workers> for_answering_;  // last: they use all of the above
  std::unique_ptr<Workers> for_silent_;
};

}  // namespace fusion::op
