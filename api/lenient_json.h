#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/timestamp.h"

// Lenient reading, for status and metadata, which are ours and the server's: what is missing or of a wrong
// type is unset. Includes all of nlohmann/json.hpp, so only .cpp files include this.

namespace fusion::api::lenient {

inline const nlohmann::json* field(const nlohmann::json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

inline std::optional<std::string> text_of(const nlohmann::json& value) {
  if (!value.is_string()) return std::nullopt;
  return value.get<std::string>();
}

inline std::optional<std::string> optional_text(const nlohmann::json& object, std::string_view name) {
  const auto* value = field(object, name);
  return value ? text_of(*value) : std::nullopt;
}

inline std::string text(const nlohmann::json& object, std::string_view name) {
  return optional_text(object, name).value_or("");
}

inline std::optional<std::int64_t> integer(const nlohmann::json& object, std::string_view name) {
  const auto* value = field(object, name);
  if (!value || !value->is_number_integer()) return std::nullopt;
  return value->get<std::int64_t>();
}

inline bool boolean(const nlohmann::json& object, std::string_view name) {
  const auto* value = field(object, name);
  return value && value->is_boolean() && value->get<bool>();
}

inline std::optional<std::chrono::sys_seconds> instant(const nlohmann::json& object, std::string_view name) {
  const auto read = parse_timestamp(text(object, name));
  if (!read) return std::nullopt;
  return std::chrono::floor<std::chrono::seconds>(*read);
}

inline std::vector<std::string> texts(const nlohmann::json& object, std::string_view name) {
  std::vector<std::string> read;
  const auto* list = field(object, name);
  if (!list || !list->is_array()) return read;
  for (const auto& item : *list) {
    if (auto value = text_of(item)) read.push_back(*std::move(value));
  }
  return read;
}

}  // namespace fusion::api::lenient
