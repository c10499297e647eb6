#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/fusion_pipeline.h"

namespace fusion::api {

enum class ConditionStatus { kTrue, kFalse, kUnknown };

/// A condition as Kubernetes' API conventions define it, without its transition time: `merge_status`
/// (api/status_json.h) keeps the time of the last change of `status`.
struct Condition {
  std::string type;
  ConditionStatus status = ConditionStatus::kUnknown;
  std::string reason;   ///< CamelCase, never empty
  std::string message;  ///< what, where, what to do
  std::int64_t observed_generation = 0;
  std::optional<std::chrono::sys_seconds> last_transition_time;
  bool operator==(const Condition&) const = default;
};

enum class TopicState {
  kPending,   ///< nothing done yet
  kCreating,  ///< written before the create request, so that a crash does not turn our topic into a found one
  kReady,
  kConflict,  ///< another pipeline manages it
  kFailed
};

struct TopicStatus {
  std::string name;
  TopicState state = TopicState::kPending;
  std::string topic_id;  ///< as Kafka prints it; empty: never seen
  int partitions = 0;
  int replication_factor = 0;
  bool managed = false;               ///< this pipeline manages it (sticky)
  bool created = false;               ///< this pipeline created it: only then may it ever be deleted
  std::string cluster_id;             ///< the Kafka cluster in which it was seen
  std::vector<std::string> set_keys;  ///< the config keys that we set, sorted
  std::string message;                ///< why it is not ready; empty otherwise
  bool operator==(const TopicStatus&) const = default;
};

/// A batch that ended well. It is not run again but for another template or run token.
struct Completion {
  std::string uid;            ///< of the workload
  std::string template_hash;  ///< of what the user wrote, with the run token
  bool operator==(const Completion&) const = default;
};

struct StageStatus {
  std::string name;
  Engine engine = Engine::kFlink;
  /// Pending, Starting, Running, Completed, Suspended, Failed, Unknown; External; Removing.
  std::string state;
  std::string kind = {};      ///< of its workload; empty: external
  std::string workload = {};  ///< the name of its workload
  std::optional<Completion> completed = {};
  std::string checkpoints = {};  ///< where its state is: the claim's name, or a URI; empty: not for us to say
  std::string savepoint = {};    ///< the newest that is known of; where a suspended job went
  /// Of a streaming stage: its job has been at work since `savepoint` was taken, or at all where there is
  /// none. What a Flink job has done since then is with its workload alone.
  bool ran_since_savepoint = false;
  /// Its template's initialSavepointPath while there was a workload: another one is the user's word on where
  /// to start.
  std::string initial_savepoint = {};
  std::optional<std::int64_t> lag_records = {};            ///< bucketed; unset: not known
  std::optional<std::chrono::sys_seconds> watermark = {};  ///< unset: not known
  std::string message = {};  ///< why it does not run, or that its checkpoints fail
  bool operator==(const StageStatus&) const = default;
};

struct BridgeStatus {
  std::string name;
  std::string from_topic;
  std::string to_topic;
  std::string guarantee;         ///< what holds now
  std::string guarantee_reason;  ///< CamelCase
  /// The input's partitions grew, and ids of records from before that are still held.
  bool partitions_grown = false;
  int replicas = 0;  ///< declared, 0 when suspended
  int ready_replicas = 0;
  std::optional<std::int64_t> lag_records;  ///< bucketed; unset: not known
  std::optional<std::int64_t> lag_seconds;  ///< how long it has been behind, bucketed; unset: not known
  std::optional<std::int64_t> records;      ///< carried since the group exists, bucketed
  std::optional<std::int64_t> records_per_second;  ///< carried lately, bucketed; unset: not known
  std::optional<std::int64_t> duplicates;  ///< dropped as repeats since then, bucketed; unset: not looked for
  std::optional<std::chrono::sys_seconds> watermark;
  std::optional<std::int64_t> skew_seconds;  ///< from the watermark to the input's newest record, bucketed
  std::string state;                         ///< Running, Suspended, Starting, Failed
  std::string message;  ///< why it does not run, or what there is to know of its guarantee
  bool operator==(const BridgeStatus&) const = default;
};

struct CheckpointVolumeStatus {
  std::string bridge;
  std::string storage_class_name;
  std::string size;
  int claims = 0;
  int bound = 0;
  std::string message;
  bool operator==(const CheckpointVolumeStatus&) const = default;
};

struct Status {
  std::int64_t observed_generation = 0;
  std::vector<Condition> conditions;
  std::vector<TopicStatus> topics;
  std::vector<StageStatus> stages;
  std::vector<BridgeStatus> bridges;
  std::vector<CheckpointVolumeStatus> checkpoint_volumes;
  // Scalars for the printer columns.
  std::string stages_ready;   ///< "1/2"
  std::string stage_states;   ///< of stages that can be seen: "profile Completed, alert Running"
  std::string bridges_ready;  ///< "2/2"
  std::string lag;            ///< records, bucketed: "0", "1200", "12k"
  std::string skew;           ///< bucketed: "0s", "30s", "2h"
  std::string message;
  bool operator==(const Status&) const = default;
};

struct FusionPipeline {
  Metadata metadata;
  Spec spec;
  Status status;
};

}  // namespace fusion::api
