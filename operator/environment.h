#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kafka/admin_pool.h"
#include "kube/api.h"
#include "operator/claim_book.h"
#include "operator/cluster_view.h"
#include "operator/job_poller.h"
#include "operator/metrics.h"
#include "operator/renewal_pacer.h"
#include "operator/rollouts.h"
#include "operator/secret_reader.h"
#include "operator/setup.h"
#include "operator/status_pacer.h"
#include "operator/work_queue.h"

namespace fusion::op {

/// All that a reconcile works with; everything outlives the Reconciler.
struct Environment {
  kube::Api& api;  ///< refuses writes while this process must not write
  kafka::AdminPool& kafka;
  const ClusterView& cluster;
  ClaimBook& claims;
  SecretReader& secrets;
  WorkQueue& queue;
  Metrics& metrics;
  Rollouts& rollouts;
  StatusPacer& status_pacer;
  RenewalPacer& renewal_pacer;
  JobPoller* jobs = nullptr;  ///< null: jobs are not asked how far they have come
  std::function<std::shared_ptr<const Setup>()> setup;
  std::function<bool()> may_write;      ///< whether this process leads
  std::vector<std::string> namespaces;  ///< watched; empty: all
  std::string instance;                 ///< of this process, for events
  std::chrono::milliseconds status_interval{10'000};
  std::chrono::milliseconds kafka_resync{30'000};
  std::function<std::chrono::steady_clock::time_point()> steady = [] {
    return std::chrono::steady_clock::now();
  };
  std::function<std::chrono::system_clock::time_point()> wall = [] {
    return std::chrono::system_clock::now();
  };
};

/// The shortest of the times after which a pipeline is to be looked at again.
class WakeUp {
 public:
  void after(std::chrono::milliseconds delay) { delay_ = std::min(delay_.value_or(delay), delay); }
  const std::optional<std::chrono::milliseconds>& delay() const { return delay_; }

 private:
  std::optional<std::chrono::milliseconds> delay_;
};

}  // namespace fusion::op
