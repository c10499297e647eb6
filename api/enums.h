#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/fusion_pipeline.h"
#include "api/status.h"

namespace fusion::api {

/// One value of an enum and its text in YAML, in status and in messages.
template <typename Enum>
struct EnumName {
  Enum value;
  std::string_view text;
};

/// Every value with its text, in the order of the CRD; lives for ever. One specialization an enum.
template <typename Enum>
std::span<const EnumName<Enum>> enum_names();

template <>
std::span<const EnumName<DeletionPolicy>> enum_names<DeletionPolicy>();
template <>
std::span<const EnumName<Management>> enum_names<Management>();
template <>
std::span<const EnumName<Engine>> enum_names<Engine>();
template <>
std::span<const EnumName<Mode>> enum_names<Mode>();
template <>
std::span<const EnumName<Guarantee>> enum_names<Guarantee>();
template <>
std::span<const EnumName<PartitionBy>> enum_names<PartitionBy>();
template <>
std::span<const EnumName<Partitioner>> enum_names<Partitioner>();
template <>
std::span<const EnumName<Codec>> enum_names<Codec>();
template <>
std::span<const EnumName<TimeFormat>> enum_names<TimeFormat>();
template <>
std::span<const EnumName<Future>> enum_names<Future>();
/// These texts stand in contract/; in YAML each is a field of its own.
template <>
std::span<const EnumName<TimeFrom>> enum_names<TimeFrom>();
template <>
std::span<const EnumName<IdFrom>> enum_names<IdFrom>();
/// The text of kTimestamp is "Timestamp": it stands in contract/, in YAML the instant itself is written.
template <>
std::span<const EnumName<StartFrom>> enum_names<StartFrom>();
template <>
std::span<const EnumName<Until>> enum_names<Until>();
template <>
std::span<const EnumName<ConditionStatus>> enum_names<ConditionStatus>();
template <>
std::span<const EnumName<TopicState>> enum_names<TopicState>();

std::string to_string(DeletionPolicy value);
std::string to_string(Management value);
std::string to_string(Engine value);
std::string to_string(Mode value);
std::string to_string(Guarantee value);
std::string to_string(PartitionBy value);
std::string to_string(Partitioner value);
std::string to_string(Codec value);
std::string to_string(TimeFrom value);
std::string to_string(TimeFormat value);
std::string to_string(Future value);
std::string to_string(IdFrom value);
std::string to_string(StartFrom value);
std::string to_string(Until value);
std::string to_string(ConditionStatus value);
std::string to_string(TopicState value);

/// The value with exactly this text; unset when there is none.
template <typename Enum>
std::optional<Enum> from_string(std::string_view text) {
  for (const auto& name : enum_names<Enum>()) {
    if (name.text == text) return name.value;
  }
  return std::nullopt;
}

}  // namespace fusion::api
