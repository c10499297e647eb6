#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "controllers/topics/claims.h"
#include "kube/resource.h"
#include "operator/cluster_view.h"

namespace fusion::op {

/// Which pipelines use which topics, so that one is found without looking at all. Thread-safe.
class ClaimBook {
 public:
  /// The pipeline as it is now; null: it is gone. Answers the others that this concerns.
  std::vector<kube::ObjectKey> set_pipeline(const kube::ObjectKey& key,
                                            std::shared_ptr<const KnownPipeline> pipeline);
  /// The Kafka cluster that the pipeline's connection leads to. Answers the others that this concerns.
  std::vector<kube::ObjectKey> set_cluster(const kube::ObjectKey& key, const std::string& cluster_id);

  /// Empty: not known.
  std::string cluster_of(const kube::ObjectKey& key) const;
  /// The claims of all pipelines on these topics.
  std::vector<topics::Claim> claims_on(const std::vector<std::string>& topics) const;

 private:
  struct Entry {
    std::shared_ptr<const KnownPipeline> pipeline;
    std::string cluster_id;
    std::vector<topics::Claim> claims;
  };
  std::vector<kube::ObjectKey> update(const kube::ObjectKey& key, Entry& entry);
  std::vector<topics::Claim> claims_on_locked(const std::set<std::string>& topics) const;

  mutable std::mutex mutex_;
  std::unordered_map<kube::ObjectKey, Entry> entries_;               // guarded by mutex_
  std::map<std::string, std::set<kube::ObjectKey>> users_of_topic_;  // guarded by mutex_
};

}  // namespace fusion::op
