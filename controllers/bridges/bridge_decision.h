#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "contract/bridge_config.h"
#include "controllers/bridges/plan.h"

namespace fusion::bridges {

/// All that the decision on one bridge looks at.
struct BridgeContext {
  const api::FusionPipeline& pipeline;
  const ObservedBridges& observed;
  const controllers::Settings& settings;
  const Inputs& inputs;
};

struct BridgeDecision {
  api::BridgeStatus status;
  std::vector<Action> actions;
  std::vector<controllers::Failure> failures;  ///< why it is not as declared; empty: it is
  bool guarantee_is_weaker = false;  ///< than declared, until somebody acts; status.message says why
  bool waits_to_roll = false;
  bool rolling = false;
  std::optional<RenewPositions> renewal;             ///< of its positions, due now
  std::optional<std::chrono::seconds> next_renewal;  ///< due after this long
  bool removed = false;  ///< a bridge that was being removed is gone: its status goes too
};

/// Decides on one declared bridge: the rules are those of plan().
BridgeDecision decide(const api::Bridge& bridge, const BridgeContext& context);

/// Decides on a bridge that is no longer declared: its set goes first, then its ConfigMaps, and under
/// deletionPolicy Delete its consumer group. `bridge` is its name, or its child's name if only objects tell
/// of it.
BridgeDecision remove(const std::string& bridge, const std::string& child, const BridgeContext& context);

/// The recorded status of a bridge; nullptr if nothing is recorded.
const api::BridgeStatus* recorded_bridge(const api::FusionPipeline& pipeline, const std::string& name);

/// Whether the bridge of this status ever had a StatefulSet: from then on its topics are fixed.
bool has_run(const api::BridgeStatus& recorded);

const ObservedStatefulSet* find_set(const ObservedBridges& observed, const std::string& child);

/// Whether all pods are of the set's current revision, as far as its controller has seen it.
bool is_rolled(const ObservedStatefulSet& set);

/// The configuration that the set's pods run with; unset: its ConfigMap is not there or not readable.
std::optional<contract::BridgeConfig> running_config(const ObservedBridges& observed,
                                                     const ObservedStatefulSet& set);

/// Fills in what is known of pods and progress, and says in `decision.failures` what keeps the pods from
/// running.
void report_progress(const api::Bridge& bridge, const ObservedStatefulSet* set, const BridgeContext& context,
                     BridgeDecision& decision);

/// Says which guarantee holds and why, of a bridge whose pods and state are filled in already, and in
/// `status.message` what there is to know of it.
void report_guarantee(const api::Bridge& bridge, const ObservedStatefulSet* set, const BridgeContext& context,
                      BridgeDecision& decision);

struct Rendering;

/// Why pods must not be moved from the connection that they run with to the one that is wanted: its Kafka was
/// not reached, or is another cluster. Unset: they may, or the connection is the same.
std::optional<controllers::Failure> unconfirmed_connection(const ObservedStatefulSet& set,
                                                           const contract::BridgeConfig& running,
                                                           const Rendering& wanted, const Inputs& inputs);

bool has_commits(const ObservedGroup& group);

/// Fills in whether the positions of a bridge with this status are to be renewed, or when.
void plan_renewal(const BridgeContext& context, BridgeDecision& decision);

inline constexpr char kPending[] = "Pending";
inline constexpr char kStarting[] = "Starting";
inline constexpr char kRunning[] = "Running";
inline constexpr char kSuspended[] = "Suspended";
inline constexpr char kFailed[] = "Failed";
inline constexpr char kRemoving[] = "Removing";

}  // namespace fusion::bridges
