#pragma once

#include <map>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "api/engine_kinds.h"
#include "controllers/secret_mounts.h"
#include "controllers/stages/state.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::stages {

/// What a workload is given by its stage.
struct Wiring {
  api::Mode mode = api::Mode::kStreaming;
  bool writes = false;                            ///< whether the stage has outputs
  std::map<std::string, std::string> properties;  ///< the stage contract, by property
  std::string config_map;                         ///< that holds it as a file
  std::vector<controllers::SecretMount> secrets;  ///< for the connection to Kafka
  std::string claim;                              ///< mounted into every pod; empty: none
  std::string state_uri;                          ///< a directory of the stage's own; empty: none
  std::map<std::string, std::string> labels;      ///< of the object and its pods
};

/// Why a template cannot be run as it is: the field, under the stage's workload.template, and what to do.
struct Refusal {
  std::string field;
  std::string why;
};

/// What the object of an engine's operator tells.
struct Observation {
  State state = State::kUnknown;
  std::string message = {};         ///< the engine's own word on a failure or an unknown state
  bool is_final = false;            ///< with kFailed: the engine's operator does not try again
  bool has_been_deployed = true;    ///< by the engine's operator, so that there may be state
  bool can_be_suspended = true;     ///< whether its spec has a place to say so
  bool is_asked_to_stop = false;    ///< its spec says that it shall be suspended
  bool saves_when_stopped = false;  ///< its spec asks for a savepoint then
  std::string savepoint = {};       ///< where its state went last; empty: not known
  /// Where the engine itself tells how far the running job has come (observe_progress.h); empty: nowhere.
  std::string progress_url = {};
  bool operator==(const Observation&) const = default;
};

/// One kind of object of an engine's operator: a third engine is one more of these. Pure.
class WorkloadKind {
 public:
  virtual ~WorkloadKind() = default;

  virtual const api::EngineKind& kind() const = 0;

  /// The spec that the user wrote with the wiring added. What the user wrote wins, except where it would
  /// break the guarantee: that is refused.
  virtual tl::expected<nlohmann::json, Refusal> render(const nlohmann::json& user_spec,
                                                       const Wiring& wiring) const = 0;

  /// Reads an object as the API server serves it, anybody's. A state that was never seen before is kUnknown,
  /// with its name.
  virtual Observation observe(const nlohmann::json& object) const = 0;

  /// Whether a streaming workload takes another spec without losing its place; otherwise it is stopped and
  /// started anew.
  virtual bool changes_in_place() const = 0;

  /// Changes a spec to one that stops the workload after a savepoint. False: it has none, and is stopped by
  /// deleting it.
  virtual bool suspend(nlohmann::json& spec) const = 0;

  /// The merge patch that stops or starts an object of somebody else's.
  virtual nlohmann::json suspension_patch(bool suspend) const = 0;

  /// How many pods the spec asks for that use a checkpoint volume.
  virtual int pods(const nlohmann::json& spec) const = 0;

  /// How many tasks read an input at the same time; 0: not known.
  virtual int parallelism(const nlohmann::json& spec) const = 0;
};

/// Null if there is no such kind.
const WorkloadKind* find_workload_kind(std::string_view api_version, std::string_view kind);

}  // namespace fusion::stages
