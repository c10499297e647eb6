#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nlohmann/json_fwd.hpp"

namespace fusion::api {

inline constexpr char kGroup[] = "fusion-operator.io";
inline constexpr char kVersion[] = "v1alpha1";
inline constexpr char kApiVersion[] = "fusion-operator.io/v1alpha1";
inline constexpr char kKind[] = "FusionPipeline";
inline constexpr char kPlural[] = "fusionpipelines";
/// Annotation: "true" stops reconciling and keeps everything running.
inline constexpr char kPausedAnnotation[] = "fusion-operator.io/paused";
/// Label that a Secret must carry (value "true") before the operator reads it.
inline constexpr char kCredentialsLabel[] = "fusion-operator.io/kafka-credentials";
inline constexpr char kFinalizer[] = "fusion-operator.io/cleanup";

// Defaults of fields inside list items; they are applied by readers, never by the API server, because a
// default inside a list item makes every client-side `kubectl apply` report a change.
inline constexpr int kDefaultReplicas = 1;
inline constexpr std::chrono::milliseconds kDefaultCommitInterval{500};
inline constexpr std::int64_t kDefaultWindowRecords = 100'000;
inline constexpr std::chrono::seconds kDefaultWindowDuration{3'600};
inline constexpr std::int64_t kDefaultMaxIds = 1'000'000;
/// Of a stage's transactions, where the brokers allow as much: Kafka's own maximum, unless it was changed.
inline constexpr std::chrono::minutes kDefaultTransactionTimeout{15};
/// What a bridge reserves for each of maxIds.
inline constexpr std::int64_t kBytesPerId = 48;

enum class DeletionPolicy { kRetain, kDelete };
enum class Management { kManaged, kObserved };
enum class Engine { kSpark, kFlink };
enum class Mode { kBatch, kStreaming };
enum class Guarantee { kAtLeastOnce, kExactlyOnce, kEffectivelyOnce };
enum class PartitionBy { kKey, kPointer, kPreserve, kRoundRobin };
enum class Partitioner { kMurmur2Random, kConsistentRandom };
enum class Codec { kNone, kGzip, kSnappy, kLz4, kZstd };
enum class IdFrom { kHeader, kPointer, kKey, kRecord };
enum class TimeFrom { kTimestamp, kHeader, kPointer };
enum class TimeFormat { kUnixMillis, kUnixMicros, kUnixSeconds, kRfc3339 };
enum class Future { kClamp, kDeadLetter };
enum class StartFrom { kEarliest, kLatest, kTimestamp };
enum class Until { kCompleted, kRunning, kCaughtUp };

/// JSON text of a subtree that we pass on without reading it, such as a toleration list. Compact and
/// with sorted keys, so that equal subtrees are equal texts.
using JsonText = std::string;

struct SecretKey {
  std::string name;
  std::string key;
  bool operator==(const SecretKey&) const = default;
};

struct Tls {
  std::optional<SecretKey> ca_secret;             ///< unset: the system's CAs
  std::optional<std::string> certificate_secret;  ///< a kubernetes.io/tls Secret: tls.crt and tls.key
  bool operator==(const Tls&) const = default;
};

struct Sasl {
  std::string mechanism;  ///< PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
  std::string username;
  SecretKey password_secret;
  bool operator==(const Sasl&) const = default;
};

struct Kafka {
  std::string bootstrap_servers;
  std::optional<Tls> tls;
  std::optional<Sasl> sasl;
  bool operator==(const Kafka&) const = default;
};

struct Topic {
  std::string name;
  Management management = Management::kManaged;
  std::optional<int> partitions;          ///< unset: leave as it is; 1 on creation
  std::optional<int> replication_factor;  ///< unset: leave as it is; the broker's default on creation
  std::map<std::string, std::string> config;
  bool operator==(const Topic&) const = default;
};

struct StageInput {
  std::string topic;
  std::string group = {};  ///< empty: one of the stage's own
  bool compacted = false;  ///< read as a table: only the newest record of a key counts
  bool operator==(const StageInput&) const = default;
};

struct StageOutput {
  std::string topic;
  /// The header in which the stage writes an id that a repeat of the record has too; empty: none.
  std::string id_header = {};
  bool operator==(const StageOutput&) const = default;
};

/// The object of an engine's operator that runs a stage; we create it with our wiring.
struct WorkloadTemplate {
  std::string api_version;
  std::string kind;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  JsonText spec;  ///< as that operator defines it
  bool operator==(const WorkloadTemplate&) const = default;
};

/// An object of an engine's operator that somebody else made.
struct WorkloadRef {
  std::string api_version;
  std::string kind;
  std::string name;
  bool manage = false;  ///< whether it is suspended and resumed with the pipeline
  bool operator==(const WorkloadRef&) const = default;
};

/// A stage is not started before another one has come this far.
struct StartAfter {
  std::string stage;
  Until until = Until::kRunning;
  bool operator==(const StartAfter&) const = default;
};

struct Volume {
  std::string size;  ///< a Kubernetes quantity
  std::optional<std::string> storage_class_name;
  std::vector<std::string> access_modes;  ///< empty: ReadWriteOnce
  bool operator==(const Volume&) const = default;
};

/// Where state is kept.
struct Checkpoints {
  std::optional<Volume> volume = {};  ///< a claim for each stage and for each replica of each bridge
  std::string uri = {};               ///< of stages alone, in the place of a volume; empty: none
  bool operator==(const Checkpoints&) const = default;
};

/// A workload that reads and writes topics. With neither `workload_template` nor `workload_ref` it is
/// external: somebody else runs it, the pipeline only declares what it reads and writes.
struct Stage {
  std::string name = {};
  Engine engine = Engine::kFlink;
  Mode mode = Mode::kStreaming;
  std::vector<StageInput> inputs = {};
  std::vector<StageOutput> outputs = {};
  std::vector<StartAfter> start_after = {};
  std::string run_token = {};  ///< another one runs a completed batch again
  std::optional<std::chrono::milliseconds> transaction_timeout =
      {};                                       ///< unset: kDefaultTransactionTimeout or less
  std::optional<Checkpoints> checkpoints = {};  ///< in the place of spec.checkpoints
  std::optional<WorkloadTemplate> workload_template = {};
  std::optional<WorkloadRef> workload_ref = {};
  bool operator==(const Stage&) const = default;
};

struct BridgeFrom {
  std::string topic;
  StartFrom start_from = StartFrom::kEarliest;  ///< where a first run begins
  std::int64_t start_timestamp_ms = 0;          ///< with kTimestamp: milliseconds since the epoch
  bool operator==(const BridgeFrom&) const = default;
};

struct Compression {
  Codec codec = Codec::kLz4;
  std::optional<int> level;
  bool operator==(const Compression&) const = default;
};

/// By what a bridge recognises a repeated record, and how long it remembers it.
struct Deduplicate {
  IdFrom id_from = IdFrom::kHeader;
  std::string id_name;  ///< the header, or the JSON pointer (RFC 6901) into the value; else empty
  std::int64_t window_records = kDefaultWindowRecords;  ///< of each input partition
  std::chrono::seconds window_duration = kDefaultWindowDuration;
  std::int64_t max_ids = kDefaultMaxIds;  ///< of a replica, kBytesPerId each
  bool operator==(const Deduplicate&) const = default;
};

struct Partitioning {
  PartitionBy by = PartitionBy::kKey;
  std::string pointer;  ///< with kPointer: the JSON pointer (RFC 6901) into the value; else empty
  Partitioner partitioner = Partitioner::kMurmur2Random;  ///< with kKey and kPointer
  bool operator==(const Partitioning&) const = default;
};

/// Where a record's event time is, how the watermark follows from it, and what holds a partition back.
struct EventTime {
  TimeFrom from = TimeFrom::kTimestamp;
  std::string name;  ///< the header, or the JSON pointer (RFC 6901) into the value; else empty
  TimeFormat format = TimeFormat::kUnixMillis;
  std::chrono::milliseconds max_out_of_orderness{0};
  std::optional<std::chrono::milliseconds> idle_after;  ///< unset: no partition is ever idle
  std::optional<std::chrono::milliseconds> max_drift;   ///< needs idle_after
  Future future = Future::kDeadLetter;
  bool operator==(const EventTime&) const = default;
};

/// Where records go that cannot be carried.
struct DeadLetter {
  std::string topic;
  bool circuit_breaker = true;  ///< stop when most records would go there
  bool operator==(const DeadLetter&) const = default;
};

/// Of all replicas of a bridge together; at least one is set.
struct RateLimit {
  std::optional<std::int64_t> records_per_second;
  std::optional<std::int64_t> bytes_per_second;  ///< of keys and values
  bool operator==(const RateLimit&) const = default;
};

/// What a bridge's pods may take from the user; each field is JSON as Kubernetes defines it.
struct PodTemplate {
  std::optional<JsonText> resources;
  std::optional<JsonText> node_selector;
  std::optional<JsonText> tolerations;
  std::optional<JsonText> affinity;
  std::vector<std::string> image_pull_secrets;
  std::map<std::string, std::string> annotations;
  std::string image;  ///< empty: the operator's bridge image
  bool operator==(const PodTemplate&) const = default;
};

struct Bridge {
  std::string name;
  BridgeFrom from;
  std::string to_topic;
  int replicas = kDefaultReplicas;
  bool suspend = false;  ///< this bridge alone; see is_suspended
  Guarantee guarantee = Guarantee::kExactlyOnce;
  std::optional<Deduplicate> deduplicate;  ///< with kEffectivelyOnce, and with that alone
  std::optional<EventTime> event_time;     ///< unset: records keep their times
  Partitioning partitioning;
  Compression compression;
  std::optional<DeadLetter> dead_letter;  ///< unset: the bridge stops at a record that it cannot carry
  std::optional<RateLimit> rate_limit;
  std::chrono::milliseconds commit_interval = kDefaultCommitInterval;
  PodTemplate pod_template;
  bool operator==(const Bridge&) const = default;
};

struct Spec {
  bool suspend = false;
  DeletionPolicy deletion_policy = DeletionPolicy::kRetain;
  std::optional<Kafka> kafka;  ///< unset: the operator's default connection
  std::vector<Topic> topics;
  std::vector<Stage> stages;
  std::vector<Bridge> bridges;
  Checkpoints checkpoints;
  bool operator==(const Spec&) const = default;
};

/// Whether the bridge shall have no pods: by itself, or with its whole pipeline.
inline bool is_suspended(const Spec& spec, const Bridge& bridge) { return spec.suspend || bridge.suspend; }

/// Whether no bridge shall have pods, because the pipeline is suspended or each of its bridges is.
inline bool is_suspended(const Spec& spec) {
  return spec.suspend || (!spec.bridges.empty() && std::ranges::all_of(spec.bridges, &Bridge::suspend));
}

struct Metadata {
  std::string name;
  std::string namespace_name;
  std::string uid;
  std::string resource_version;
  std::int64_t generation = 0;
  std::vector<std::string> finalizers;
  std::map<std::string, std::string> annotations;
  std::map<std::string, std::string> labels;
  std::optional<std::chrono::sys_seconds> creation_timestamp;
  std::optional<std::chrono::sys_seconds> deletion_timestamp;
};

}  // namespace fusion::api
