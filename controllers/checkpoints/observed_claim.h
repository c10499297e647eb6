#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controllers/failure.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::checkpoints {

/// A PersistentVolumeClaim with kChildLabel, projected. It belongs to the StatefulSet of that name and
/// outlives it.
struct ObservedClaim {
  std::string name;
  std::string uid;
  std::string child;               ///< its label kChildLabel
  std::string size;                ///< spec.resources.requests.storage
  std::string capacity;            ///< status.capacity.storage; empty: not bound
  std::string storage_class_name;  ///< spec.storageClassName; the server fills in the default one
  std::vector<std::string> access_modes;
  bool bound = false;
  bool terminating = false;
  std::optional<controllers::Failure> failure;  ///< of the last action on it; cleared when one succeeds
};

ObservedClaim project_claim(const nlohmann::json& object);

/// The claims whose label kPipelineLabel names this pipeline.
using ObservedClaims = std::vector<ObservedClaim>;

}  // namespace fusion::checkpoints
