#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/parse.h"
#include "api/status.h"
#include "controllers/bridges/observed_bridge.h"
#include "controllers/checkpoints/observed_claim.h"
#include "controllers/stages/observed_stage.h"
#include "kube/resource.h"

namespace fusion::op {

/// A FusionPipeline as it is kept: one that does not parse is a known object too.
struct KnownPipeline {
  api::FusionPipeline pipeline;  ///< if there are problems: only metadata, status and the deletion policy
  std::vector<api::Problem> problems;
};

/// A projection and the resourceVersion it was made from.
template <class T>
struct Known {
  T object;
  std::string resource_version;
};

/// The objects whose label names one pipeline, whoever controls them.
struct Children {
  std::vector<Known<bridges::ObservedStatefulSet>> stateful_sets;
  std::vector<Known<bridges::ObservedConfigMap>> config_maps;
  std::vector<bridges::ObservedPod> pods;
  std::vector<checkpoints::ObservedClaim> claims;
  std::vector<Known<stages::ObservedWorkload>> workloads = {};
};

/// What is known of the engines' operators.
struct Engines {
  std::set<std::string> served;         ///< the kinds that are installed, by stages::kind_name
  std::set<std::string> unlisted = {};  ///< installed, and not listed: what there is of them is not known
  std::optional<int> nodes = {};        ///< of the cluster that take pods; unset: not known
};

/// What is known of the Kubernetes cluster, without asking it. Thread-safe.
class ClusterView {
 public:
  virtual ~ClusterView() = default;

  /// Null if there is no such pipeline.
  virtual std::shared_ptr<const KnownPipeline> pipeline(const kube::ObjectKey& key) const = 0;
  virtual Children children(const kube::ObjectKey& pipeline) const = 0;
  virtual Engines engines() const = 0;
  virtual std::size_t pipelines() const = 0;
};

/// Reads a FusionPipeline as the API server serves it. Never fails: what is wrong becomes its problems.
KnownPipeline project_pipeline(const nlohmann::json& object);

}  // namespace fusion::op
