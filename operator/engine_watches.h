#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "api/engine_kinds.h"
#include "controllers/stages/observed_stage.h"
#include "kube/api.h"
#include "operator/child_index.h"
#include "operator/cluster_view.h"
#include "operator/log.h"

namespace fusion::op {

/// The kinds of the engines' operators: which of them are installed now, and the workloads that we made.
///
/// No engine has to be installed. A thread of its own, "engine-discover", asks the API server every
/// `interval` and starts or ends the informers of a kind as its CustomResourceDefinition comes and goes; it
/// counts the nodes by the way. A kind that cannot be asked for stays as it was. Thread-safe; `api` outlives
/// it.
class EngineWatches {
 public:
  using Group = ChildIndex<stages::ObservedWorkload>::Group;

  struct Callbacks {
    std::function<void(const Group&)> on_change;  ///< a workload of that pipeline has changed
    std::function<void()> on_discovery;           ///< a kind has come or gone
  };

  /// `namespaces` empty: all.
  EngineWatches(kube::Api& api, std::vector<std::string> namespaces, std::chrono::milliseconds interval,
                Callbacks callbacks, Log log);
  ~EngineWatches();

  void start();
  void stop();

  /// Waits until the API server has been asked once and what is installed has been listed, but not for ever:
  /// a kind that cannot be listed must not hold up what has nothing to do with it. False when `stop` was
  /// triggered.
  bool wait_for_sync(std::stop_token stop) const;

  /// By stages::kind_name, those whose objects have been listed.
  std::set<std::string> served() const;
  /// Those that are installed, and have not been listed.
  std::set<std::string> unlisted() const;
  std::vector<Known<stages::ObservedWorkload>> workloads(const Group& group) const;
  std::optional<int> nodes() const;

 private:
  struct Watched;

  void run(std::stop_token stop);
  void discover();
  void add(const api::EngineKind& kind);
  void drop(const api::EngineKind& kind);
  void count_nodes();
  bool all_synced() const;

  kube::Api& api_;
  const std::vector<std::string> namespaces_;
  const std::chrono::milliseconds interval_;
  const Callbacks callbacks_;
  const Log log_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Watched>> watched_;  // guarded by mutex_
  std::optional<int> nodes_;                                 // guarded by mutex_
  bool discovered_ = false;                                  // guarded by mutex_
  std::jthread thread_;                                      // last: it uses all of the above
};

}  // namespace fusion::op
