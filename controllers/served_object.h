#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

/// Reads objects as the API server serves them, other people's among them: a field that is missing or of a
/// wrong type is null, empty or 0. A `pointer` is a JSON pointer (RFC 6901).
namespace fusion::controllers::served {

const nlohmann::json& at(const nlohmann::json& object, const char* pointer);

std::string text(const nlohmann::json& object, const char* pointer);
/// Of a list, without what is no text.
std::vector<std::string> texts(const nlohmann::json& object, const char* pointer);
std::int64_t number(const nlohmann::json& object, const char* pointer);

std::string label(const nlohmann::json& object, const char* name);
std::string annotation(const nlohmann::json& object, const char* name);

/// Of the owner reference with `controller: true`.
std::string controller_uid(const nlohmann::json& object);
/// Has a deletionTimestamp.
bool is_terminating(const nlohmann::json& object);

}  // namespace fusion::controllers::served
