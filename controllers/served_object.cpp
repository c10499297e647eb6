#include "controllers/served_object.h"

#include <nlohmann/json.hpp>

namespace fusion::controllers::served {
namespace {

using Json = nlohmann::json;

const Json kMissing;

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

/// Of a map whose keys may hold slashes.
std::string named(const Json& object, const char* pointer, const char* name) {
  const auto& map = at(object, pointer);
  const auto found = map.find(name);
  return map.is_object() && found != map.end() ? text_of(*found) : std::string();
}

}  // namespace

const Json& at(const Json& object, const char* pointer) {
  const Json::json_pointer path(pointer);
  return object.contains(path) ? object.at(path) : kMissing;
}

std::string text(const Json& object, const char* pointer) { return text_of(at(object, pointer)); }

std::vector<std::string> texts(const Json& object, const char* pointer) {
  std::vector<std::string> read;
  const auto& list = at(object, pointer);
  if (!list.is_array()) return read;
  for (const auto& item : list) {
    if (item.is_string()) read.push_back(item.get<std::string>());
  }
  return read;
}

std::int64_t number(const Json& object, const char* pointer) {
  const auto& value = at(object, pointer);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

std::string label(const Json& object, const char* name) { return named(object, "/metadata/labels", name); }

std::string annotation(const Json& object, const char* name) {
  return named(object, "/metadata/annotations", name);
}

std::string controller_uid(const Json& object) {
  for (const auto& owner : at(object, "/metadata/ownerReferences")) {
    if (at(owner, "/controller") == true) return text(owner, "/uid");
  }
  return {};
}

bool is_terminating(const Json& object) { return at(object, "/metadata/deletionTimestamp").is_string(); }

}  // namespace fusion::controllers::served
