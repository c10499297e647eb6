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
  std::string partition_by = "Key";  ///< Key, Preserve, RoundRobin
  std::string codec = "Lz4";         ///< None, Gzip, Snappy, Lz4, Zstd
  std::optional<int> level;
  std::chrono::milliseconds commit_interval{500};  ///< from 1 ms to kLongestCommitInterval
  std::optional<Deduplicate> deduplicate;          ///< none: ExactlyOnce
  bool operator==(const BridgeConfig&) const = default;
};

/// JSON with sorted keys: equal configurations are equal texts. All fields are written, but `level` and
/// `deduplicate` only if set:
///
///   {"version": 1, "pipeline": "demo/flights", "bridge": "flights", "group": "1f0c/demo/flights/flights",
///    "kafka": {"bootstrapServers": "kafka.kafka.svc:9092", "tls": false, "caFile": "", "certificateFile":
///    "",
///              "keyFile": "", "saslMechanism": "", "saslUsername": "", "saslPasswordFile": ""},
///    "from": {"name": "flights", "id": "Zm9v..."}, "to": {"name": "flights-in", "id": "YmFy..."},
///    "startFrom": "Earliest", "startTimestampMs": 0, "partitionBy": "Key", "codec": "Zstd",
///    "level": 3, "commitIntervalMs": 500,
///    "deduplicate": {"idFrom": "Header", "idName": "fusion-id", "windowRecords": 100000,
///                    "windowDurationS": 3600, "maxIds": 1000000}}
std::string to_json(const BridgeConfig& config);

/// Reads what to_json wrote. An unknown version, an unknown field, a missing field, a value of a wrong type
/// or out of its bounds is an error that names the field. Never throws.
tl::expected<BridgeConfig, std::string> parse_bridge_config(std::string_view text);

}  // namespace fusion::contract
