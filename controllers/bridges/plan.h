#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "api/status.h"
#include "controllers/bridges/observed_bridge.h"
#include "controllers/connection.h"
#include "controllers/topics/plan.h"

namespace fusion::bridges {

// Each action names the bridge that it is for: a failure of it goes to ObservedBridges::failures under that
// name. Creates are POSTs. `AlreadyExists`: if the object's controller is this pipeline, apply the body with
// the object's uid (its labels were lost); if not, the failure is NameConflict, permanent, and hands off.

struct CreateConfigMap {
  std::string bridge;
  std::string name;
  api::JsonText body;
  bool operator==(const CreateConfigMap&) const = default;
};
struct DeleteConfigMap {
  std::string bridge;
  std::string name;
  std::string uid;  ///< precondition
  bool operator==(const DeleteConfigMap&) const = default;
};
struct CreateStatefulSet {
  std::string bridge;
  std::string name;
  api::JsonText body;
  std::string hash;
  bool operator==(const CreateStatefulSet&) const = default;
};
/// Server-side apply by kFieldManager, forced, with the uid in the body. The answer is remembered as
/// Answer{hash, fields_of(answer)}.
struct ApplyStatefulSet {
  std::string bridge;
  std::string name;
  std::string uid;  ///< also in the body
  api::JsonText body;
  std::string hash;
  std::string why;  ///< for the log: the path that differs, or "the rendering changed"
  bool operator==(const ApplyStatefulSet&) const = default;
};
/// In the foreground: its pods go first.
struct DeleteStatefulSet {
  std::string bridge;
  std::string name;
  std::string uid;  ///< precondition
  bool operator==(const DeleteStatefulSet&) const = default;
};
/// Deletes the set and leaves its pods running, to be adopted by the set that is created next.
struct OrphanStatefulSet {
  std::string bridge;
  std::string name;
  std::string uid;  ///< precondition
  std::string why;
  bool operator==(const OrphanStatefulSet&) const = default;
};
/// A pod that an orphaned set left behind and that no set will adopt.
struct DeletePod {
  std::string bridge;
  std::string name;
  std::string uid;  ///< precondition
  bool operator==(const DeletePod&) const = default;
};
struct DeleteGroup {
  std::string bridge;
  std::string group;
  bool operator==(const DeleteGroup&) const = default;
};

/// Keeps Kafka from forgetting what the group has committed while no pod is in it.
struct RenewPositions {
  std::string bridge;
  std::string group;
  std::string topic;  ///< the input
  bool operator==(const RenewPositions&) const = default;
};

using Action = std::variant<CreateConfigMap, DeleteConfigMap, CreateStatefulSet, ApplyStatefulSet,
                            DeleteStatefulSet, OrphanStatefulSet, DeletePod, DeleteGroup>;

/// The bridge that an action is for.
const std::string& bridge_of(const Action& action);

/// What the other plans of the same reconcile decided.
struct Inputs {
  const controllers::Connection* connection = nullptr;     ///< null: there is none, and nothing is rendered
  std::optional<controllers::Failure> connection_failure;  ///< no connection, or Secrets that are missing
  std::optional<controllers::Failure> kafka_failure;       ///< why the Kafka of `connection` does not answer
  std::string cluster_id;                                  ///< of that Kafka; empty: not known
  const topics::Plan& topics;
  const topics::ObservedTopics& observed_topics;
  std::map<std::string, std::optional<api::Volume>>
      volumes;                              ///< by bridge: what to render, see checkpoints::Plan
  std::map<std::string, bool> claims_left;  ///< by bridge that is being removed: claims remain to be deleted
  bool may_roll =
      true;  ///< whether it is this pipeline's turn for changes that the operator's version brings
  std::chrono::sys_seconds now{};
};

struct Plan {
  std::vector<Action> actions;  ///< in the order in which they must happen
  /// Apart from the actions, because nobody waits for them: no status tells of them, whatever becomes of
  /// them.
  std::vector<RenewPositions> renewals;
  std::optional<std::chrono::seconds> next_renewal;  ///< when the next of them is due
  std::vector<api::BridgeStatus>
      status;            ///< the declared ones in the order of the spec, then those being removed
  api::Condition ready;  ///< becomes BridgesReady
  bool stalled = false;
  bool waits_to_roll = false;  ///< a change by the operator's version waits for `may_roll`
  bool rolling = false;        ///< pods of some bridge are being replaced or started
};

/// Decides how to bring a pipeline's StatefulSets and ConfigMaps to what it declares.
///
/// Pure. A bridge is created once both its topics have ids and its secrets are in order; once it exists,
/// neither Kafka's absence nor a failing topic stops it, and another connection reaches its pods only after
/// the same Kafka cluster has answered there: ConnectionNotConfirmed until then. A bridge's topics never
/// change: by status and by the running configuration the old ones are kept, reason BridgeTopicsImmutable.
/// Objects controlled by somebody else are never touched: NameConflict. While no pod of a bridge is ready,
/// suspended or not able to start, its positions are renewed once an hour; `inputs.now` is compared with
/// `observed.fresh_positions` alone.
Plan plan(const api::FusionPipeline& pipeline, const ObservedBridges& observed,
          const controllers::Settings& settings, const Inputs& inputs);

struct StopPlan {
  std::vector<Action> actions;
  bool done = false;  ///< no StatefulSet and no pod of this pipeline is left
  std::string waiting_for;
};

/// Stops all bridges of a pipeline that is being deleted.
StopPlan stop(const api::FusionPipeline& pipeline, const ObservedBridges& observed);

struct GroupsPlan {
  std::vector<Action> actions;  ///< DeleteGroup alone
  bool done = false;
  std::string waiting_for;
};

/// Deletes the consumer groups of a pipeline that is being deleted, once its bridges are gone.
GroupsPlan forget_groups(const api::FusionPipeline& pipeline, const ObservedBridges& observed,
                         const controllers::Settings& settings);

}  // namespace fusion::bridges
