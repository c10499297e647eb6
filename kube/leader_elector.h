#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "kube/lease.h"

namespace fusion::kube {

/// Runs for leader on a thread of its own, named "leader".
///
/// `on_started` and `on_stopped` are called on that thread, in turn, each `on_stopped` after an `on_started`;
/// they must return within a second. `on_stopped` is called when the lease was lost or could not be renewed
/// in time, and when the elector stops; after it, somebody else may lead, so a write that is still on its way
/// must be harmless.
class LeaderElector {
 public:
  struct Callbacks {
    std::function<void()> on_started = {};
    std::function<void()> on_stopped = {};
    std::function<void(const Error&)> on_error =
        {};  ///< the server could not be asked; the next attempt comes by itself
  };

  LeaderElector(Api& api, LeaseOptions options, Callbacks callbacks, Clocks clocks = {});
  /// Stops, releases the lease, joins.
  ~LeaderElector();
  LeaderElector(const LeaderElector&) = delete;
  LeaderElector& operator=(const LeaderElector&) = delete;

  void start();
  /// Calls `on_stopped` if we lead, releases the lease, joins. Workers that write must be stopped in
  /// `on_stopped`.
  void stop();

  /// Any thread. False as soon as the renew deadline has passed, even if this thread was stopped in between.
  bool is_leader() const;

 private:
  void run(const std::stop_token& stop);
  void publish();
  void wait(const std::stop_token& stop);

  const LeaseOptions options_;
  const Callbacks callbacks_;
  const Clocks clocks_;
  Lease lease_;                                                 // only touched by the elector's thread
  std::atomic<std::chrono::steady_clock::rep> leads_until_{0};  // ticks of the steady clock; 0: does not lead
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace fusion::kube
