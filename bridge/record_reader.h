#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bridge/defect.h"
#include "bridge/event_time.h"
#include "bridge/fingerprint.h"
#include "bridge/json_pointers.h"
#include "bridge/record_id.h"
#include "bridge/target_limits.h"
#include "contract/bridge_config.h"

namespace fusion::bridge {

/// What of a record decides how it is carried.
struct Reading {
  std::optional<Fingerprint> id;      ///< none: the bridge does not look for repeats
  std::int64_t timestamp_ms = 0;      ///< to write it with; above zero
  bool advances_watermark = true;     ///< whether that time tells how far events are
  std::string_view partitioning_key;  ///< with partitionBy Pointer; good until the next reading
};

/// Reads ids, event times and partitioning keys of records where the configuration says; the value is parsed
/// once for all of them, and only if one of them is there.
///
/// Not thread-safe.
class RecordReader {
 public:
  /// `seed`: of the ids' fingerprints. `limits`: of the target.
  RecordReader(const contract::BridgeConfig& config, std::uint64_t seed, const TargetLimits& limits);

  tl::expected<Reading, Defect> read(const rd_kafka_message_t& message);

  const EventTimeRule& event_time_rule() const { return rule_; }

 private:
  tl::expected<TimeToSet, Defect> time_of(const rd_kafka_message_t& message);

  std::optional<RecordId> record_id_;
  const bool has_event_time_;
  EventTimeRule rule_;
  Future future_ = Future::kDeadLetter;
  TargetLimits limits_;
  std::string partition_pointer_;  ///< empty: by something else
  bool reads_json_ = false;
  JsonPointers json_;  ///< of the event time, then of the partitioning key
};

}  // namespace fusion::bridge
