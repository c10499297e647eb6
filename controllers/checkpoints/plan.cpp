#include "controllers/checkpoints/plan.h"

#include <algorithm>

#include "controllers/bridges/bridge_decision.h"
#include "controllers/bridges/child_name.h"
#include "controllers/condition.h"
#include "controllers/quantity.h"

namespace fusion::checkpoints {
namespace {

using controllers::Failure;
using controllers::Quantity;

bool is_smaller(const std::string& a, const std::string& b) {
  const auto left = Quantity::parse(a);
  const auto right = Quantity::parse(b);
  return left && right && *left < *right;
}

std::vector<std::string> modes_or_default(const std::vector<std::string>& modes) {
  return modes.empty() ? std::vector<std::string>{"ReadWriteOnce"} : modes;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::vector<const ObservedClaim*> claims_of_child(const ObservedClaims& claims, const std::string& child) {
  std::vector<const ObservedClaim*> result;
  for (const auto& claim : claims) {
    if (claim.child == child && !claim.terminating) result.push_back(&claim);
  }
  return result;
}

/// Decides on the volumes of one declared bridge, step by step.
class Decider {
 public:
  Decider(const api::FusionPipeline& pipeline, const api::Bridge& bridge, const ObservedClaims& claims,
          const bridges::ObservedBridges& bridges, Plan& plan, std::vector<Failure>& failures)
      : pipeline_(pipeline),
        bridge_(bridge),
        wanted_(*pipeline.spec.checkpoints.volume),
        claims_(claims_of_child(claims, bridges::child_name(pipeline.metadata.name, bridge.name))),
        plan_(plan),
        failures_(failures) {
    const auto* set = bridges::find_set(bridges, bridges::child_name(pipeline.metadata.name, bridge.name));
    if (set != nullptr && set->controller_uid == pipeline.metadata.uid) made_with_ = set->volume;
  }

  void decide() {
    keep_class_and_modes();
    keep_size();
    const bool growing = grow();
    // New claims are made with the old size until the old ones have grown: then the set is made anew, once.
    plan_.volumes[bridge_.name] = growing && made_with_ ? made_with_ : wanted_;
    report();
  }

 private:
  void fail(const std::string& reason, const std::string& what, bool permanent) {
    failures_.push_back({reason, "bridge " + bridge_.name + ": " + what, permanent});
    if (message_.empty()) message_ = what;
  }

  /// What exists decides, not what was declared: without claims there is nothing that could not be changed.
  void keep_class_and_modes() {
    if (claims_.empty()) return;
    const auto& claim = *claims_.front();
    const auto hint = ": set it back, or suspend the pipeline, move the data, delete the claims state-" +
                      claim.child + "-* and resume";
    const bool other_class =
        wanted_.storage_class_name && *wanted_.storage_class_name != claim.storage_class_name;
    if (other_class) {
      fail("StorageClassImmutable",
           "its volumes are of storage class " + claim.storage_class_name +
               " and spec.checkpoints.volume.storageClassName asks for " + *wanted_.storage_class_name + hint,
           true);
    }
    if (modes_or_default(wanted_.access_modes) != modes_or_default(claim.access_modes)) {
      fail("AccessModesImmutable",
           "its volumes have access modes " + joined(modes_or_default(claim.access_modes)) +
               " and spec.checkpoints.volume.accessModes asks for " +
               joined(modes_or_default(wanted_.access_modes)) + hint,
           true);
    }
    wanted_.access_modes = claim.access_modes;
    // The set's own word, so that a class that was left to the cluster's default stays left to it.
    if (made_with_) {
      wanted_.storage_class_name = made_with_->storage_class_name;
    } else if (other_class) {
      wanted_.storage_class_name = claim.storage_class_name;
    }
  }

  void keep_size() {
    // The same size in other words is no change.
    if (made_with_ && !is_smaller(made_with_->size, wanted_.size) &&
        !is_smaller(wanted_.size, made_with_->size)) {
      wanted_.size = made_with_->size;
    }
    std::string largest = made_with_ && !claims_.empty() ? made_with_->size : std::string();
    for (const auto* claim : claims_) {
      if (largest.empty() || is_smaller(largest, claim->size)) largest = claim->size;
    }
    if (largest.empty() || !is_smaller(wanted_.size, largest)) return;
    fail("VolumeCannotShrink",
         "its volumes have " + largest + " and spec.checkpoints.volume.size asks for " + wanted_.size +
             ": Kubernetes cannot shrink a volume; set it to " + largest + " or more",
         true);
    wanted_.size = largest;
  }

  bool grow() {
    bool growing = false;
    for (const auto* claim : claims_) {
      if (!is_smaller(claim->size, wanted_.size)) continue;
      growing = true;
      plan_.actions.push_back(GrowClaim{claim->name, claim->uid, wanted_.size});
      if (claim->failure) {
        fail(claim->failure->reason, claim->failure->message, claim->failure->permanent);
      } else {
        fail("Applying", "claim " + claim->name + " grows to " + wanted_.size, false);
      }
    }
    return growing;
  }

  void report() {
    const auto bound =
        std::count_if(claims_.begin(), claims_.end(), [](const auto* claim) { return claim->bound; });
    if (!api::is_suspended(pipeline_.spec, bridge_) && bound < bridge_.replicas) {
      fail("ClaimsPending",
           std::to_string(bound) + " of " + std::to_string(bridge_.replicas) +
               " volumes are bound; see kubectl describe pvc -l fusion-operator.io/child=" +
               bridges::child_name(pipeline_.metadata.name, bridge_.name),
           false);
    }
    for (const auto* claim : claims_) {
      if (claim->bound && is_smaller(claim->capacity, claim->size)) {
        fail("VolumeResizing",
             "claim " + claim->name + " has " + claim->capacity + " and grows to " + claim->size, false);
      }
    }
    api::CheckpointVolumeStatus status;
    status.bridge = bridge_.name;
    status.storage_class_name =
        claims_.empty() ? wanted_.storage_class_name.value_or("") : claims_.front()->storage_class_name;
    status.size = claims_.empty() ? wanted_.size : claims_.front()->size;
    status.claims = static_cast<int>(claims_.size());
    status.bound = static_cast<int>(bound);
    status.message = message_;
    plan_.status.push_back(std::move(status));
  }

  const api::FusionPipeline& pipeline_;
  const api::Bridge& bridge_;
  api::Volume wanted_;                    ///< as declared, then as possible
  std::optional<api::Volume> made_with_;  ///< what the set makes claims with
  const std::vector<const ObservedClaim*> claims_;
  Plan& plan_;
  std::vector<Failure>& failures_;
  std::string message_;
};

bool is_stopped(const std::string& child, const bridges::ObservedBridges& bridges) {
  return bridges::find_set(bridges, child) == nullptr &&
         std::none_of(bridges.pods.begin(), bridges.pods.end(),
                      [&](const auto& pod) { return pod.child == child; });
}

/// The volumes of bridges that are no longer declared go with them, under Delete.
void remove_undeclared(const api::FusionPipeline& pipeline, const ObservedClaims& claims,
                       const bridges::ObservedBridges& bridges, Plan& plan) {
  if (pipeline.spec.deletion_policy != api::DeletionPolicy::kDelete) return;
  for (const auto& recorded : pipeline.status.bridges) {
    const auto& declared = pipeline.spec.bridges;
    if (std::any_of(declared.begin(), declared.end(), [&](const auto& b) { return b.name == recorded.name; }))
      continue;
    const auto child = bridges::child_name(pipeline.metadata.name, recorded.name);
    for (const auto& claim : claims) {
      if (claim.child != child) continue;
      plan.claims_left[recorded.name] = true;
      if (!claim.terminating && is_stopped(child, bridges))
        plan.actions.push_back(DeleteClaim{claim.name, claim.uid});
    }
  }
}

}  // namespace

const std::string& claim_of(const Action& action) {
  return std::visit([](const auto& a) -> const std::string& { return a.name; }, action);
}

Plan plan(const api::FusionPipeline& pipeline, const ObservedClaims& claims,
          const bridges::ObservedBridges& bridges) {
  Plan plan;
  std::vector<Failure> failures;
  for (const auto& bridge : pipeline.spec.bridges) {
    if (pipeline.spec.checkpoints.volume) {
      Decider(pipeline, bridge, claims, bridges, plan, failures).decide();
    } else {
      plan.volumes[bridge.name] = std::nullopt;
    }
  }
  remove_undeclared(pipeline, claims, bridges, plan);
  const auto verdict = controllers::verdict(
      "CheckpointsReady", failures,
      pipeline.spec.checkpoints.volume ? "checkpoint volumes as declared" : "no checkpoint volumes declared");
  plan.ready = verdict.condition;
  plan.stalled = verdict.stalled;
  return plan;
}

CleanupPlan cleanup(const api::FusionPipeline& pipeline, const ObservedClaims& claims) {
  std::vector<std::string> children;
  for (const auto& bridge : pipeline.spec.bridges) {
    children.push_back(bridges::child_name(pipeline.metadata.name, bridge.name));
  }
  for (const auto& bridge : pipeline.status.bridges) {
    children.push_back(bridges::child_name(pipeline.metadata.name, bridge.name));
  }
  CleanupPlan plan;
  for (const auto& claim : claims) {
    if (std::find(children.begin(), children.end(), claim.child) == children.end()) continue;
    if (!claim.terminating) plan.actions.push_back(DeleteClaim{claim.name, claim.uid});
    if (plan.waiting_for.empty()) {
      plan.waiting_for =
          "claim " + claim.name + " to be deleted" + (claim.failure ? ": " + claim.failure->message : "");
    }
  }
  plan.done = plan.waiting_for.empty();
  return plan;
}

}  // namespace fusion::checkpoints
