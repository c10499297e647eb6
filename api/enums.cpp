#include "api/enums.h"

#include <array>

namespace fusion::api {
namespace {

template <typename Enum, std::size_t size>
using Names = std::array<EnumName<Enum>, size>;

constexpr Names<DeletionPolicy, 2> kDeletionPolicies{
    {{DeletionPolicy::kRetain, "Retain"}, {DeletionPolicy::kDelete, "Delete"}}};
constexpr Names<Management, 2> kManagements{
    {{Management::kManaged, "Managed"}, {Management::kObserved, "Observed"}}};
constexpr Names<Engine, 2> kEngines{{{Engine::kSpark, "Spark"}, {Engine::kFlink, "Flink"}}};
constexpr Names<Mode, 2> kModes{{{Mode::kBatch, "Batch"}, {Mode::kStreaming, "Streaming"}}};
constexpr Names<Guarantee, 3> kGuarantees{{{Guarantee::kAtLeastOnce, "AtLeastOnce"},
                                           {Guarantee::kExactlyOnce, "ExactlyOnce"},
                                           {Guarantee::kEffectivelyOnce, "EffectivelyOnce"}}};
constexpr Names<PartitionBy, 4> kPartitionBys{{{PartitionBy::kKey, "Key"},
                                               {PartitionBy::kPointer, "Pointer"},
                                               {PartitionBy::kPreserve, "Preserve"},
                                               {PartitionBy::kRoundRobin, "RoundRobin"}}};
constexpr Names<Codec, 5> kCodecs{{{Codec::kNone, "None"},
                                   {Codec::kGzip, "Gzip"},
                                   {Codec::kSnappy, "Snappy"},
                                   {Codec::kLz4, "Lz4"},
                                   {Codec::kZstd, "Zstd"}}};
constexpr Names<IdFrom, 4> kIdFroms{{{IdFrom::kHeader, "Header"},
                                     {IdFrom::kPointer, "Pointer"},
                                     {IdFrom::kKey, "Key"},
                                     {IdFrom::kRecord, "Record"}}};
constexpr Names<Partitioner, 2> kPartitioners{
    {{Partitioner::kMurmur2Random, "Murmur2Random"}, {Partitioner::kConsistentRandom, "ConsistentRandom"}}};
constexpr Names<TimeFrom, 3> kTimeFroms{
    {{TimeFrom::kTimestamp, "Timestamp"}, {TimeFrom::kHeader, "Header"}, {TimeFrom::kPointer, "Pointer"}}};
constexpr Names<TimeFormat, 4> kTimeFormats{{{TimeFormat::kUnixMillis, "UnixMillis"},
                                             {TimeFormat::kUnixMicros, "UnixMicros"},
                                             {TimeFormat::kUnixSeconds, "UnixSeconds"},
                                             {TimeFormat::kRfc3339, "RFC3339"}}};
constexpr Names<Future, 2> kFutures{{{Future::kClamp, "Clamp"}, {Future::kDeadLetter, "DeadLetter"}}};
constexpr Names<StartFrom, 3> kStartFroms{{{StartFrom::kEarliest, "Earliest"},
                                           {StartFrom::kLatest, "Latest"},
                                           {StartFrom::kTimestamp, "Timestamp"}}};
constexpr Names<Until, 3> kUntils{
    {{Until::kCompleted, "Completed"}, {Until::kRunning, "Running"}, {Until::kCaughtUp, "CaughtUp"}}};
constexpr Names<ConditionStatus, 3> kConditionStatuses{{{ConditionStatus::kTrue, "True"},
                                                        {ConditionStatus::kFalse, "False"},
                                                        {ConditionStatus::kUnknown, "Unknown"}}};
constexpr Names<TopicState, 5> kTopicStates{{{TopicState::kPending, "Pending"},
                                             {TopicState::kCreating, "Creating"},
                                             {TopicState::kReady, "Ready"},
                                             {TopicState::kConflict, "Conflict"},
                                             {TopicState::kFailed, "Failed"}}};

template <typename Enum>
std::string text_of(Enum value) {
  for (const auto& name : enum_names<Enum>()) {
    if (name.value == value) return std::string(name.text);
  }
  return "Unknown";  // a value that was cast from an integer; the tables name all others
}

}  // namespace

template <>
std::span<const EnumName<DeletionPolicy>> enum_names() {
  return kDeletionPolicies;
}
template <>
std::span<const EnumName<Management>> enum_names() {
  return kManagements;
}
template <>
std::span<const EnumName<Engine>> enum_names() {
  return kEngines;
}
template <>
std::span<const EnumName<Mode>> enum_names() {
  return kModes;
}
template <>
std::span<const EnumName<Guarantee>> enum_names() {
  return kGuarantees;
}
template <>
std::span<const EnumName<PartitionBy>> enum_names() {
  return kPartitionBys;
}
template <>
std::span<const EnumName<Codec>> enum_names() {
  return kCodecs;
}
template <>
std::span<const EnumName<Partitioner>> enum_names() {
  return kPartitioners;
}
template <>
std::span<const EnumName<TimeFrom>> enum_names() {
  return kTimeFroms;
}
template <>
std::span<const EnumName<TimeFormat>> enum_names() {
  return kTimeFormats;
}
template <>
std::span<const EnumName<Future>> enum_names() {
  return kFutures;
}
template <>
std::span<const EnumName<IdFrom>> enum_names() {
  return kIdFroms;
}
template <>
std::span<const EnumName<StartFrom>> enum_names() {
  return kStartFroms;
}
template <>
std::span<const EnumName<Until>> enum_names() {
  return kUntils;
}
template <>
std::span<const EnumName<ConditionStatus>> enum_names() {
  return kConditionStatuses;
}
template <>
std::span<const EnumName<TopicState>> enum_names() {
  return kTopicStates;
}

std::string to_string(DeletionPolicy value) { return text_of(value); }
std::string to_string(Management value) { return text_of(value); }
std::string to_string(Engine value) { return text_of(value); }
std::string to_string(Mode value) { return text_of(value); }
std::string to_string(Guarantee value) { return text_of(value); }
std::string to_string(PartitionBy value) { return text_of(value); }
std::string to_string(Codec value) { return text_of(value); }
std::string to_string(Partitioner value) { return text_of(value); }
std::string to_string(TimeFrom value) { return text_of(value); }
std::string to_string(TimeFormat value) { return text_of(value); }
std::string to_string(Future value) { return text_of(value); }
std::string to_string(IdFrom value) { return text_of(value); }
std::string to_string(StartFrom value) { return text_of(value); }
std::string to_string(Until value) { return text_of(value); }
std::string to_string(ConditionStatus value) { return text_of(value); }
std::string to_string(TopicState value) { return text_of(value); }

}  // namespace fusion::api
