#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "api/status.h"
#include "controllers/bridges/observed_bridge.h"
#include "controllers/checkpoints/observed_claim.h"
#include "controllers/connection.h"
#include "controllers/stages/observed_stage.h"
#include "controllers/topics/plan.h"

namespace fusion::stages {

// Each action names the stage that it is for: a failure of it goes to ObservedStages::failures under that
// name. Creates are POSTs. `AlreadyExists`: if the object's controller is this pipeline, it is left to the
// next observation (a batch must not be started twice); if not, the failure is NameConflict, permanent.

struct CreateConfigMap {
  std::string stage;
  std::string name;
  api::JsonText body;
  bool operator==(const CreateConfigMap&) const = default;
};
struct DeleteConfigMap {
  std::string stage;
  std::string name;
  std::string uid;  ///< precondition
  bool operator==(const DeleteConfigMap&) const = default;
};
struct CreateWorkload {
  std::string stage;
  std::string api_version;
  std::string kind;
  std::string name;
  api::JsonText body;
  std::string hash;
  bool operator==(const CreateWorkload&) const = default;
};
/// Server-side apply by kFieldManager, forced, with the uid in the body.
struct ApplyWorkload {
  std::string stage;
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;  ///< also in the body
  api::JsonText body;
  std::string hash;
  std::string why;  ///< for the log
  bool operator==(const ApplyWorkload&) const = default;
};
/// In the foreground: its pods go first.
struct DeleteWorkload {
  std::string stage;
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;  ///< precondition
  std::string why;  ///< for the log
  /// Precondition: a batch that has completed since it was looked at must be recorded first. Empty: none.
  std::string resource_version = {};
  bool operator==(const DeleteWorkload&) const = default;
};
/// Suspends or resumes an object by merge patch: somebody else's, or ours where it cannot be rendered.
struct PatchRef {
  std::string stage;
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;  ///< precondition
  bool suspend = false;
  bool operator==(const PatchRef&) const = default;
};

using Action =
    std::variant<CreateConfigMap, DeleteConfigMap, CreateWorkload, ApplyWorkload, DeleteWorkload, PatchRef>;

/// The stage that an action is for.
const std::string& stage_of(const Action& action);

/// What the plan needs of the rest of the pipeline.
struct Inputs {
  const controllers::Connection* connection = nullptr;     ///< null: there is none, and nothing is rendered
  std::optional<controllers::Failure> connection_failure;  ///< no connection, or Secrets that are missing
  std::optional<controllers::Failure> kafka_failure;       ///< why the Kafka of `connection` does not answer
  const topics::Plan& topics;
  const topics::ObservedTopics& observed_topics;
  const bridges::ObservedBridges& bridges;  ///< with the stages' pods, ConfigMaps and groups
  const checkpoints::ObservedClaims& claims;
  const std::map<std::string, std::string>& draining;  ///< as order.h has it
  bool may_roll = true;  ///< whether it is this pipeline's turn for what the operator's version brings
  std::chrono::sys_seconds now{};
};

struct Plan {
  std::vector<Action> actions;  ///< in the order in which they must happen
  std::vector<api::StageStatus>
      status;            ///< the declared ones in the order of the spec, then those being removed
  api::Condition ready;  ///< becomes StagesReady
  bool stalled = false;
  int ready_stages = 0;
  bool waits_to_roll = false;          ///< a change by the operator's version waits for `may_roll`
  bool rolling = false;                ///< some stage is being changed or started
  std::set<std::string> needs_volume;  ///< stages whose claims are to be made
};

/// Decides how to bring the stages' workloads to what the pipeline declares.
///
/// Pure. A workload is created once its topics are there, nothing contradicts it (preflight) and what it
/// starts after has come far enough. Once it exists, neither Kafka's absence nor a failing topic stops it. A
/// batch that completed is recorded, and is not run again but for another template or run token; one that
/// runs is not disturbed by a changed wiring. Objects controlled by somebody else are never touched; one of a
/// ref only with `manage`, and only to suspend and resume it. Only `inputs.now` is compared with times in
/// Kafka.
Plan plan(const api::FusionPipeline& pipeline, const ObservedStages& observed,
          const controllers::Settings& settings, const Inputs& inputs);

struct StopPlan {
  std::vector<Action> actions;
  bool done = false;  ///< no workload and no pod of this pipeline's stages is left
  std::string waiting_for;
};

/// Ends all workloads of a pipeline that is being deleted.
StopPlan stop(const api::FusionPipeline& pipeline, const ObservedStages& observed,
              const bridges::ObservedBridges& bridges);

}  // namespace fusion::stages
