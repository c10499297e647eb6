#include "bridge/record_reader.h"

#include <chrono>

#include "bridge/partitioner.h"

namespace fusion::bridge {
namespace {

constexpr std::size_t kTimePointer = 0;
constexpr std::size_t kPartitionPointer = 1;

EventTimeRule rule_of(const contract::BridgeConfig& config) {
  EventTimeRule rule;
  if (!config.event_time) return rule;
  const auto& [from, name, format, late, idle, drift, future] = *config.event_time;
  rule.name = name;
  if (from == "Header") rule.from = EventTimeRule::From::kHeader;
  if (from == "Pointer") rule.from = EventTimeRule::From::kPointer;
  if (format == "UnixMicros") rule.format = EventTimeRule::Format::kUnixMicros;
  if (format == "UnixSeconds") rule.format = EventTimeRule::Format::kUnixSeconds;
  if (format == "RFC3339") rule.format = EventTimeRule::Format::kRfc3339;
  return rule;
}

std::int64_t present_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Pointers that nobody asks for find nothing.
std::string pointer_or_none(bool is_asked, const std::string& pointer) { return is_asked ? pointer : "none"; }

Defect defect(const TimeError& error) {
  return {
      std::string(to_text(error.reason)), error.sentence,
      "have the time written so that the target takes it, change the target's limits, or say otherwise where "
      "it is (eventTime)"};
}

}  // namespace

RecordReader::RecordReader(const contract::BridgeConfig& config, std::uint64_t seed,
                           const TargetLimits& limits)
    : has_event_time_(config.event_time.has_value()),
      rule_(rule_of(config)),
      limits_(limits),
      partition_pointer_(config.partition_pointer),
      json_({pointer_or_none(rule_.from == EventTimeRule::From::kPointer, rule_.name),
             pointer_or_none(!config.partition_pointer.empty(), config.partition_pointer)}) {
  if (config.deduplicate) record_id_.emplace(*config.deduplicate, seed);
  if (config.event_time && config.event_time->future == "Clamp") future_ = Future::kClamp;
  reads_json_ = rule_.from == EventTimeRule::From::kPointer || !partition_pointer_.empty();
}

tl::expected<Reading, Defect> RecordReader::read(const rd_kafka_message_t& message) {
  Reading reading;
  if (record_id_) {
    auto id = record_id_->of(message);
    if (!id) {
      return tl::unexpected(Defect{"NoId", id.error() + ", so that it cannot be told from a repeat",
                                   "have the id written, or take it from somewhere else (deduplicate.id)"});
    }
    reading.id = *id;
  }
  if (reads_json_) {
    const auto* value = static_cast<const char*>(message.payload);
    json_.read(std::string_view(value, value == nullptr ? 0 : message.len));
  }
  const auto time = time_of(message);
  if (!time) return tl::unexpected(time.error());
  reading.timestamp_ms = time->ms;
  reading.advances_watermark = time->advances_watermark;
  if (!partition_pointer_.empty()) {
    const auto key = partitioning_key(json_, kPartitionPointer, partition_pointer_);
    if (!key) {
      return tl::unexpected(Defect{"NoPartitioningKey", key.error(),
                                   "have the value written, or partition by something else (partitioning)"});
    }
    reading.partitioning_key = *key;
  }
  return reading;
}

tl::expected<TimeToSet, Defect> RecordReader::time_of(const rd_kafka_message_t& message) {
  const auto time = event_time(rule_, time_fields(rule_, message), json_, kTimePointer);
  if (!time) return tl::unexpected(defect(time.error()));
  // Without event time the target takes records as any producer's.
  if (!has_event_time_) return TimeToSet{time->ms, true};
  auto to_set = time_to_set(*time, limits_, future_, present_ms());
  if (!to_set) return tl::unexpected(defect(to_set.error()));
  return *to_set;
}

}  // namespace fusion::bridge
