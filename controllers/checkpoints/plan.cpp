#include "controllers/checkpoints/plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controllers/bridges/bridge_decision.h"
#include "controllers/bridges/child_name.h"
#include "controllers/condition.h"
#include "controllers/quantity.h"
#include "controllers/stages/render.h"

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

/// Whose claims are decided on.
struct Subject {
  std::string who;  ///< such as "bridge copy"
  std::string child;
  std::string field;   ///< of the volume, such as spec.checkpoints.volume
  std::string claims;  ///< their names, for hints
  api::Volume wanted;
  int expected = 0;                      ///< claims that shall be bound, because pods want them
  std::optional<api::Volume> made_with;  ///< what the bridge's set makes claims with
};

/// Decides on the claims of one bridge or stage, step by step.
class Decider {
 public:
  Decider(Subject subject, const ObservedClaims& claims, std::vector<Action>& actions,
          std::vector<Failure>& failures)
      : subject_(std::move(subject)),
        wanted_(subject_.wanted),
        claims_(claims_of_child(claims, subject_.child)),
        actions_(actions),
        failures_(failures) {}

  void decide() {
    keep_class_and_modes();
    keep_size();
    growing_ = grow();
    report();
  }

  const std::vector<const ObservedClaim*>& claims() const { return claims_; }
  /// As declared, then as possible.
  const api::Volume& wanted() const { return wanted_; }
  bool is_growing() const { return growing_; }
  const std::string& message() const { return message_; }

  std::ptrdiff_t bound() const {
    return std::count_if(claims_.begin(), claims_.end(), [](const auto* claim) { return claim->bound; });
  }

 private:
  void fail(const std::string& reason, const std::string& what, bool permanent) {
    failures_.push_back({reason, subject_.who + ": " + what, permanent});
    if (message_.empty()) message_ = what;
  }

  /// What exists decides, not what was declared: without claims there is nothing that could not be changed.
  void keep_class_and_modes() {
    if (claims_.empty()) return;
    const auto& claim = *claims_.front();
    const auto hint = ": set it back, or suspend the pipeline, move the data, delete the claims " +
                      subject_.claims + " and resume";
    const bool other_class =
        wanted_.storage_class_name && *wanted_.storage_class_name != claim.storage_class_name;
    if (other_class) {
      fail("StorageClassImmutable",
           "its volumes are of storage class " + claim.storage_class_name + " and " + subject_.field +
               ".storageClassName asks for " + *wanted_.storage_class_name + hint,
           true);
    }
    if (modes_or_default(wanted_.access_modes) != modes_or_default(claim.access_modes)) {
      fail("AccessModesImmutable",
           "its volumes have access modes " + joined(modes_or_default(claim.access_modes)) + " and " +
               subject_.field + ".accessModes asks for " + joined(modes_or_default(wanted_.access_modes)) +
               hint,
           true);
    }
    wanted_.access_modes = claim.access_modes;
    // The set's own word, so that a class that was left to the cluster's default stays left to it.
    if (subject_.made_with) {
      wanted_.storage_class_name = subject_.made_with->storage_class_name;
    } else if (other_class) {
      wanted_.storage_class_name = claim.storage_class_name;
    }
  }

  void keep_size() {
    const auto& made_with = subject_.made_with;
    // The same size in other words is no change.
    if (made_with && !is_smaller(made_with->size, wanted_.size) &&
        !is_smaller(wanted_.size, made_with->size)) {
      wanted_.size = made_with->size;
    }
    std::string largest = made_with && !claims_.empty() ? made_with->size : std::string();
    for (const auto* claim : claims_) {
      if (largest.empty() || is_smaller(largest, claim->size)) largest = claim->size;
    }
    if (largest.empty() || !is_smaller(wanted_.size, largest)) return;
    fail("VolumeCannotShrink",
         "its volumes have " + largest + " and " + subject_.field + ".size asks for " + wanted_.size +
             ": Kubernetes cannot shrink a volume; set it to " + largest + " or more",
         true);
    wanted_.size = largest;
  }

  bool grow() {
    bool growing = false;
    for (const auto* claim : claims_) {
      if (!is_smaller(claim->size, wanted_.size)) continue;
      growing = true;
      actions_.push_back(GrowClaim{claim->name, claim->uid, wanted_.size});
      if (claim->failure) {
        fail(claim->failure->reason, claim->failure->message, claim->failure->permanent);
      } else {
        fail("Applying", "claim " + claim->name + " grows to " + wanted_.size, false);
      }
    }
    return growing;
  }

  void report() {
    if (bound() < subject_.expected) {
      fail("ClaimsPending",
           std::to_string(bound()) + " of " + std::to_string(subject_.expected) +
               " volumes are bound; see kubectl describe pvc -l fusion-operator.io/child=" + subject_.child,
           false);
    }
    for (const auto* claim : claims_) {
      if (claim->bound && is_smaller(claim->capacity, claim->size)) {
        fail("VolumeResizing",
             "claim " + claim->name + " has " + claim->capacity + " and grows to " + claim->size, false);
      }
    }
  }

  const Subject subject_;
  api::Volume wanted_;
  const std::vector<const ObservedClaim*> claims_;
  bool growing_ = false;
  std::vector<Action>& actions_;
  std::vector<Failure>& failures_;
  std::string message_;
};

void decide_bridge(const api::FusionPipeline& pipeline, const api::Bridge& bridge,
                   const ObservedClaims& claims, const bridges::ObservedBridges& bridges, Plan& plan,
                   std::vector<Failure>& failures) {
  Subject subject{.who = "bridge " + bridge.name,
                  .child = bridges::child_name(pipeline.metadata.name, bridge.name),
                  .field = "spec.checkpoints.volume",
                  .claims = {},
                  .wanted = *pipeline.spec.checkpoints.volume,
                  .expected = api::is_suspended(pipeline.spec, bridge) ? 0 : bridge.replicas,
                  .made_with = {}};
  subject.claims = "state-" + subject.child + "-*";
  const auto* set = bridges::find_set(bridges, subject.child);
  if (set != nullptr && set->controller_uid == pipeline.metadata.uid) subject.made_with = set->volume;
  const auto made_with = subject.made_with;
  Decider decider(std::move(subject), claims, plan.actions, failures);
  decider.decide();
  // New claims are made with the old size until the old ones have grown: then the set is made anew, once.
  plan.volumes[bridge.name] = decider.is_growing() && made_with ? made_with : decider.wanted();
  const auto& own = decider.claims();
  api::CheckpointVolumeStatus status;
  status.bridge = bridge.name;
  status.storage_class_name =
      own.empty() ? decider.wanted().storage_class_name.value_or("") : own.front()->storage_class_name;
  status.size = own.empty() ? decider.wanted().size : own.front()->size;
  status.claims = static_cast<int>(own.size());
  status.bound = static_cast<int>(decider.bound());
  status.message = decider.message();
  plan.status.push_back(std::move(status));
}

std::string claim_body(const api::FusionPipeline& pipeline, const std::string& stage, const std::string& name,
                       const api::Volume& volume) {
  nlohmann::json spec = {{"accessModes", modes_or_default(volume.access_modes)},
                         {"resources", {{"requests", {{"storage", volume.size}}}}}};
  if (volume.storage_class_name) spec["storageClassName"] = *volume.storage_class_name;
  const nlohmann::json claim = {{"apiVersion", "v1"},
                                {"kind", "PersistentVolumeClaim"},
                                {"metadata",
                                 {{"name", name},
                                  {"namespace", pipeline.metadata.namespace_name},
                                  {"labels", stages::labels_of(pipeline, stage)}}},
                                {"spec", spec}};
  return claim.dump();
}

void decide_stage(const api::FusionPipeline& pipeline, const api::Stage& stage, const ObservedClaims& claims,
                  const StageVolumes& stage_volumes, Plan& plan, std::vector<Failure>& failures) {
  const auto& volume = *stages::checkpoints_of(pipeline.spec, stage).volume;
  const auto child = stages::child_name(pipeline, stage.name);
  const auto name = stages::claim_name(child);
  Decider decider({.who = "stage " + stage.name,
                   .child = child,
                   .field = stage.checkpoints ? "spec.stages[" + stage.name + "].checkpoints.volume"
                                              : "spec.checkpoints.volume",
                   .claims = name,
                   .wanted = volume,
                   // Whether it is bound shows in the stage's pods: before them it may well wait for one.
                   .expected = 0,
                   .made_with = {}},
                  claims, plan.actions, failures);
  decider.decide();
  const auto is_it = [&](const auto& claim) { return claim.name == name; };
  const auto found = std::find_if(claims.begin(), claims.end(), is_it);
  if (stage_volumes.needed.contains(stage.name)) {
    plan.actions.push_back(CreateClaim{name, claim_body(pipeline, stage.name, name, volume)});
    const auto failed = stage_volumes.failures.find(name);
    failures.push_back(
        failed != stage_volumes.failures.end()
            ? failed->second
            : Failure{"Applying", "stage " + stage.name + ": claim " + name + " is being created", false});
  } else if (found != claims.end() && found->terminating) {
    failures.push_back(
        {"ChildTerminating", "stage " + stage.name + " waits until claim " + name + " is deleted", false});
  }
}

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
  for (const auto& recorded : pipeline.status.stages) {
    const auto is_it = [&](const auto& s) { return s.name == recorded.name && s.workload_template; };
    if (std::ranges::any_of(pipeline.spec.stages, is_it)) continue;
    const auto name = stages::claim_name(stages::child_name(pipeline, recorded.name));
    for (const auto& claim : claims) {
      // The pods' use keeps a claim that is being deleted until they are gone.
      if (claim.name == name && !claim.terminating)
        plan.actions.push_back(DeleteClaim{claim.name, claim.uid});
    }
  }
}

}  // namespace

const std::string& claim_of(const Action& action) {
  return std::visit([](const auto& a) -> const std::string& { return a.name; }, action);
}

Plan plan(const api::FusionPipeline& pipeline, const ObservedClaims& claims,
          const bridges::ObservedBridges& bridges, const StageVolumes& stage_volumes) {
  Plan plan;
  std::vector<Failure> failures;
  for (const auto& bridge : pipeline.spec.bridges) {
    if (pipeline.spec.checkpoints.volume) {
      decide_bridge(pipeline, bridge, claims, bridges, plan, failures);
    } else {
      plan.volumes[bridge.name] = std::nullopt;
    }
  }
  for (const auto& stage : pipeline.spec.stages) {
    if (stages::needs_claim(pipeline.spec, stage))
      decide_stage(pipeline, stage, claims, stage_volumes, plan, failures);
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
  for (const auto& stage : pipeline.spec.stages) children.push_back(stages::child_name(pipeline, stage.name));
  for (const auto& stage : pipeline.status.stages)
    children.push_back(stages::child_name(pipeline, stage.name));
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
