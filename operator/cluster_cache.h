#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "kube/informer.h"
#include "operator/child_index.h"
#include "operator/claim_book.h"
#include "operator/cluster_view.h"
#include "operator/engine_watches.h"
#include "operator/log.h"
#include "operator/metrics.h"
#include "operator/work_queue.h"

namespace fusion::op {

/// The cluster as watches show it: pipelines, and the objects that the operator made for them. Each change
/// puts the pipelines that it concerns into the queue.
///
/// The threads of the informers and of EngineWatches are the only ones that it owns. `api`, `claims`, `queue`
/// and `metrics` outlive it.
class ClusterCache final : public ClusterView {
 public:
  /// `namespaces` empty: all. Engines are looked for every `engine_discovery`.
  ClusterCache(kube::Api& api, const std::vector<std::string>& namespaces,
               std::chrono::milliseconds engine_discovery, ClaimBook& claims, WorkQueue& queue,
               Metrics& metrics, Log log);
  ~ClusterCache() override;

  void start();
  void stop();

  /// Whether every kind has been listed once.
  bool has_synced() const;
  /// Waits for that; false when `stop` was triggered.
  bool wait_for_sync(std::stop_token stop) const;
  /// One line for each kind that is not up to date and why; empty: all are.
  std::string problems() const;

  std::shared_ptr<const KnownPipeline> pipeline(const kube::ObjectKey& key) const override;
  Children children(const kube::ObjectKey& pipeline) const override;
  Engines engines() const override;
  std::size_t pipelines() const override;

 private:
  /// The watched kinds of one namespace, or of all.
  struct Watches;
  template <class T>
  std::unique_ptr<kube::Informer<Child<T>>> watch_children(kube::Api& api, const kube::ResourceType& type,
                                                           const std::string& ns, ChildIndex<T>& index,
                                                           T (*project)(const nlohmann::json&));
  void watch_pipelines(kube::Api& api, const std::string& ns, Watches& watches);
  void pipeline_changed(const kube::Change<KnownPipeline>& change);
  void wake(const std::pair<std::string, std::string>& group);
  void wake_all();
  void health_changed(const std::string& kind, const std::string& ns, const kube::Health& health);

  ClaimBook& claims_;
  WorkQueue& queue_;
  Metrics& metrics_;
  const Log log_;
  ChildIndex<bridges::ObservedStatefulSet> stateful_sets_;
  ChildIndex<bridges::ObservedConfigMap> config_maps_;
  ChildIndex<bridges::ObservedPod> pods_;
  ChildIndex<checkpoints::ObservedClaim> volume_claims_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::string> pipeline_of_label_;  // guarded by mutex_
  std::map<std::string, std::string> problems_;                                   // guarded by mutex_
  // Last: their threads use all of the above.
  std::vector<std::unique_ptr<Watches>> watches_;
  EngineWatches engines_;
};

}  // namespace fusion::op
