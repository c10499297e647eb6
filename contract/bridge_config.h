#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace fusion::contract {

/// What the operator tells a bridge's pods: the file /etc/fusion/bridge.json, format version 1.
///
/// It holds no secret: credentials are named by the paths of files mounted into the pod.
struct BridgeConfig {
  static constexpr int kVersion = 1;
  /// Leaves time for the commit itself: a transaction that is open for 30 s is aborted.
  static constexpr std::chrono::milliseconds kLongestCommitInterval{20'000};

  struct Kafka {
    std::string bootstrap_servers;
    bool tls = false;
    std::string ca_file;           ///< empty: the system's CAs
    std::string certificate_file;  ///< empty: no client certificate
    std::string key_file;
    std::string sasl_mechanism;  ///< empty: no SASL
    std::string sasl_username;
    std::string sasl_password_file;
    bool operator==(const Kafka&) const = default;
  };

  struct Topic {
    std::string name;
    std::string id;  ///< as Kafka prints it; the bridge refuses to run on a topic with another id
    bool operator==(const Topic&) const = default;
  };

  /// Of the guarantee EffectivelyOnce: what a record's id is, and how long it is remembered.
  struct Deduplicate {
    std::string id_from = "Header";  ///< Header, Pointer (into a JSON value), Key, Record (the hash of all)
    std::string id_name;             ///< of the header, or the JSON pointer; else empty
    std::int64_t window_records = 100'000;  ///< of each input partition
    std::chrono::seconds window_duration{3'600};
    std::int64_t max_ids = 1'000'000;  ///< of a replica; bounds its memory
    bool operator==(const Deduplicate&) const = default;
  };

  /// Where a record's event time is, how the watermark follows from it, and what holds a partition back.
  struct EventTime {
    std::string from = "Timestamp";     ///< Timestamp (of the record), Header, Pointer (into a JSON value)
    std::string name;                   ///< of the header, or the JSON pointer; else empty
    std::string format = "UnixMillis";  ///< UnixMillis, UnixMicros, UnixSeconds, RFC3339
    std::chrono::milliseconds max_out_of_orderness{0};    ///< the watermark is so far behind the newest time
    std::optional<std::chrono::milliseconds> idle_after;  ///< none: no partition is ever idle
    std::optional<std::chrono::milliseconds> max_drift;   ///< goes with idle_after
    std::string future = "DeadLetter";  ///< of times that the target refuses as too new: Clamp, DeadLetter
    bool operator==(const EventTime&) const = default;
  };

  /// Where records go that cannot be carried.
  struct DeadLetter {
    Topic topic;
    bool circuit_breaker = true;  ///< stop when most records would go there
    bool operator==(const DeadLetter&) const = default;
  };

  /// Of all replicas together: each takes the share of the partitions that it has. At least one is set.
  struct RateLimit {
    std::optional<std::int64_t> records_per_second;
    std::optional<std::int64_t> bytes_per_second;  ///< of keys and values
    bool operator==(const RateLimit&) const = default;
  };

  std::string pipeline;  ///< namespace/name
  std::string bridge;
  Kafka kafka;
  Topic from;
  Topic to;
  /// The consumer group, `<installation>/<namespace>/<pipeline>/<bridge>`. A replica's transactional id is
  /// the group, a slash and its ordinal.
  std::string group;
  std::string start_from = "Earliest";  ///< Earliest, Latest, Timestamp
  std::int64_t start_timestamp_ms = 0;
  std::string guarantee = "ExactlyOnce";      ///< AtLeastOnce, ExactlyOnce, EffectivelyOnce
  std::string partition_by = "Key";           ///< Key, Pointer, Preserve, RoundRobin
  std::string partition_pointer;              ///< with Pointer: the JSON pointer into the value; else empty
  std::string partitioner = "Murmur2Random";  ///< Murmur2Random (Java's), ConsistentRandom (librdkafka's)
  std::string codec = "Lz4";                  ///< None, Gzip, Snappy, Lz4, Zstd
  std::optional<int> level;
  std::chrono::milliseconds commit_interval{500};  ///< from 1 ms to kLongestCommitInterval
  std::optional<Deduplicate> deduplicate;          ///< with EffectivelyOnce alone
  std::optional<EventTime> event_time;             ///< none: records keep their times
  std::optional<DeadLetter> dead_letter;           ///< none: stop at a record that cannot be carried
  std::optional<RateLimit> rate_limit;
  std::string state_directory;  ///< where a replica may keep files; empty: nowhere
  bool operator==(const BridgeConfig&) const = default;
};

/// JSON with sorted keys: equal configurations are equal texts. All fields are written, the optional ones if
/// they are set:
///
///   {"version": 1, "pipeline": "demo/flights", "bridge": "flights", "group": "1f0c/demo/flights/flights",
///    "kafka": {"bootstrapServers": "kafka.kafka.svc:9092", "tls": false, "caFile": "", "certificateFile":
///    "",
///              "keyFile": "", "saslMechanism": "", "saslUsername": "", "saslPasswordFile": ""},
///    "from": {"name": "flights", "id": "Zm9v..."}, "to": {"name": "flights-in", "id": "YmFy..."},
///    "startFrom": "Earliest", "startTimestampMs": 0, "guarantee": "EffectivelyOnce", "partitionBy": "Key",
///    "partitionPointer": "", "partitioner": "Murmur2Random", "codec": "Zstd", "level": 3,
///    "commitIntervalMs": 500, "stateDirectory": "/var/lib/fusion", "deduplicate": {"idFrom": "Header",
///    "idName": "fusion-id", "windowRecords": 100000,
///                    "windowDurationS": 3600, "maxIds": 1000000},
///    "eventTime": {"from": "Header", "name": "event-time", "format": "UnixMillis",
///                  "maxOutOfOrdernessMs": 5000, "idleAfterMs": 30000, "maxDriftMs": 60000,
///                  "future": "DeadLetter"},
///    "deadLetter": {"topic": {"name": "flights-dlq", "id": "cXV4..."}, "circuitBreaker": true},
///    "rateLimit": {"recordsPerSecond": 10000, "bytesPerSecond": 10485760}}
std::string to_json(const BridgeConfig& config);

/// Reads what to_json wrote. An unknown version, an unknown field, a missing field, a value of a wrong type
/// or out of its bounds is an error that names the field. Never throws.
tl::expected<BridgeConfig, std::string> parse_bridge_config(std::string_view text);

}  // namespace fusion::contract
