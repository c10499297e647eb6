#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/status.h"
#include "contract/progress.h"
#include "controllers/answer.h"
#include "controllers/failure.h"
#include "controllers/settings.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::bridges {

using controllers::Answer;

/// A StatefulSet, projected.
struct ObservedStatefulSet {
  std::string name;
  std::string uid;
  std::string controller_uid;  ///< of the owner reference with controller: true; empty: none
  std::string pipeline;        ///< its label fusion-operator.io/pipeline
  bool terminating = false;    ///< has a deletionTimestamp
  std::string hash;            ///< its annotation kHashAnnotation
  std::string inputs;          ///< its annotation kInputsAnnotation
  std::string fields;          ///< fields_of(object)
  std::int64_t generation = 0;
  std::int64_t observed_generation = 0;
  int replicas = 0;         ///< spec.replicas
  int status_replicas = 0;  ///< pods that exist
  int ready_replicas = 0;
  int updated_replicas = 0;
  std::string config_map;             ///< that its template mounts
  std::optional<api::Volume> volume;  ///< of its claim template `state`
  std::optional<Answer> answer;       ///< kept by the operator in memory
};

/// All that a later comparison with a rendering needs: labels, annotations and spec, as compact JSON.
std::string fields_of(const nlohmann::json& stateful_set);

/// Projects an object as the API server serves it; fields that are missing or of a wrong type keep their
/// default.
ObservedStatefulSet project_stateful_set(const nlohmann::json& object);

/// Of a bridge or a stage.
struct ObservedConfigMap {
  std::string name;
  std::string uid;
  std::string controller_uid;
  std::string child;   ///< its label kChildLabel
  std::string config;  ///< data["bridge.json"]
  bool terminating = false;
  bool of_stage = false;  ///< has the label kStageLabel
};

ObservedConfigMap project_config_map(const nlohmann::json& object);

/// A pod with kChildLabel, of a bridge or a stage.
struct ObservedPod {
  std::string name;
  std::string uid;
  std::string controller_uid;
  std::string child;
  bool ready = false;
  bool terminating = false;
  /// Why it does not run: a waiting reason such as ImagePullBackOff or CrashLoopBackOff, or Unschedulable;
  /// empty: none.
  std::string trouble;
  std::string message;  ///< the termination message of its last run, or the scheduler's
};

ObservedPod project_pod(const nlohmann::json& object);

/// A partition of a bridge's input topic.
struct ObservedPartition {
  std::optional<std::int64_t> committed;       ///< unset: nothing committed
  std::optional<contract::Progress> progress;  ///< from the commit's metadata; unset: none, or not readable
  std::int64_t start_offset = 0;               ///< the earliest that Kafka still holds
  std::int64_t end_offset = 0;                 ///< the last stable one
  std::optional<std::int64_t> newest_ms = {};  ///< the highest time of its records; unset: not known, or none
};

/// A bridge's consumer group and its input topic's offsets, read together.
struct ObservedGroup {
  std::map<int, ObservedPartition> partitions;
};

/// What several observations of a bridge's group tell; see ProgressHistory.
struct Pace {
  /// How long the bridge has been behind: since the input's end was first seen beyond what is committed now.
  /// Zero: it has carried all. Unset: it was behind already when it was first looked at, or nothing is known.
  std::optional<std::chrono::milliseconds> lag;
  std::optional<double> records_per_second;  ///< carried, over the last observations; unset: not known yet
};

/// What is known of the bridges of one pipeline: the objects whose label kPipelineLabel names it, whoever
/// controls them.
struct ObservedBridges {
  std::vector<ObservedStatefulSet> stateful_sets;
  std::vector<ObservedConfigMap> config_maps;
  std::vector<ObservedPod> pods;
  /// By GroupToObserve::reader; a missing entry: not known (yet, or Kafka is down).
  std::map<std::string, ObservedGroup> groups;
  std::map<std::string, Pace> paces;  ///< by bridge name, of the groups that are known
  /// Bridges whose growth of partitions is over; see PartitionGrowth.
  std::set<std::string> grown_over;
  /// By bridge name: the last action on one of its objects that failed; cleared when they succeed.
  std::map<std::string, controllers::Failure> failures;
  /// By bridge name: when it was last seen running or its positions were renewed, as far as the operator
  /// remembers.
  std::map<std::string, std::chrono::sys_seconds> fresh_positions;
};

struct GroupToObserve {
  std::string reader;  ///< the bridge's name, or what stages::reader_name says
  std::string group;
  std::string topic;  ///< the input
  /// Whether nothing is known without its commits: of a stage the offsets of its topic are worth something
  /// by themselves, and its group may be one that we may not ask for.
  bool needs_commits = true;
  bool operator==(const GroupToObserve&) const = default;
};

/// The groups to read for this pipeline: of the bridges in its spec (by the topics recorded in status, if
/// there are any) and of those which status still holds; none on a topic that the pipeline may not use.
std::vector<GroupToObserve> groups_to_observe(const api::FusionPipeline& pipeline,
                                              const controllers::Settings& settings);

}  // namespace fusion::bridges
