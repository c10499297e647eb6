#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "api/status.h"
#include "controllers/bridges/observed_bridge.h"
#include "controllers/checkpoints/observed_claim.h"

namespace fusion::checkpoints {

/// A merge patch of spec.resources.requests.storage, with metadata.uid in the patch as the precondition. A
/// refusal by the storage class is a permanent failure VolumeCannotGrow.
struct GrowClaim {
  std::string name;
  std::string uid;
  std::string size;
  bool operator==(const GrowClaim&) const = default;
};
struct DeleteClaim {
  std::string name;
  std::string uid;  ///< precondition
  bool operator==(const DeleteClaim&) const = default;
};
/// A stage's claim, by POST. It has no owner, so that it outlives workload and pipeline.
struct CreateClaim {
  std::string name;
  api::JsonText body;
  bool operator==(const CreateClaim&) const = default;
};

using Action = std::variant<GrowClaim, DeleteClaim, CreateClaim>;

/// The claim that an action works on.
const std::string& claim_of(const Action& action);

struct Plan {
  std::vector<Action> actions;
  std::vector<api::CheckpointVolumeStatus>
      status;            ///< one for each bridge with claims, in the order of the spec
  api::Condition ready;  ///< becomes CheckpointsReady
  bool stalled = false;
  std::map<std::string, std::optional<api::Volume>>
      volumes;                              ///< by bridge: what its StatefulSet is to be rendered with
  std::map<std::string, bool> claims_left;  ///< by bridge that is being removed under Delete: claims remain
};

struct StageVolumes {
  std::set<std::string> needed;                               ///< by stage: the claim is to be made
  std::map<std::string, controllers::Failure> failures = {};  ///< by claim: why it could not be
};

/// Decides how to bring the checkpoint volumes to what `pipeline` declares.
///
/// Pure. The claims of bridges are made by their StatefulSets, those of the stages in `stage_volumes` by this
/// plan, so that none is made of a volume that the stage's pods cannot share; it grows them,
/// and once all of a bridge have grown lets its set be rendered anew. Another storage class, other access
/// modes (StorageClassImmutable) and a smaller size (VolumeCannotShrink) are refused and the old volume stays
/// in the rendering. Claims are deleted only under deletionPolicy Delete, and only of a bridge
/// that was removed and whose pods are gone, or of a stage that has no template any more (Kubernetes keeps a
/// claim until no pod uses it).
Plan plan(const api::FusionPipeline& pipeline, const ObservedClaims& claims,
          const bridges::ObservedBridges& bridges, const StageVolumes& stage_volumes = {});

struct CleanupPlan {
  std::vector<Action> actions;  ///< DeleteClaim alone
  bool done = false;
  std::string waiting_for;
};

/// Deletes all claims of a pipeline that is being deleted under deletionPolicy Delete, once its bridges
/// and stages are gone.
CleanupPlan cleanup(const api::FusionPipeline& pipeline, const ObservedClaims& claims);

}  // namespace fusion::checkpoints
