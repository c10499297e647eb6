#include "controllers/checkpoints/observed_claim.h"

#include <nlohmann/json.hpp>

#include "controllers/children.h"

namespace fusion::checkpoints {
namespace {

using Json = nlohmann::json;

std::string text(const Json& object, const Json::json_pointer& path) {
  if (!object.contains(path)) return {};
  const auto& value = object.at(path);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::string text(const Json& object, const char* pointer) {
  return text(object, Json::json_pointer(pointer));
}

}  // namespace

ObservedClaim project_claim(const Json& object) {
  ObservedClaim claim;
  claim.name = text(object, "/metadata/name");
  claim.uid = text(object, "/metadata/uid");
  claim.child = text(object, Json::json_pointer("/metadata/labels") / controllers::kChildLabel);
  claim.size = text(object, "/spec/resources/requests/storage");
  claim.capacity = text(object, "/status/capacity/storage");
  claim.storage_class_name = text(object, "/spec/storageClassName");
  if (const Json::json_pointer modes("/spec/accessModes");
      object.contains(modes) && object.at(modes).is_array()) {
    for (const auto& mode : object.at(modes)) {
      if (mode.is_string()) claim.access_modes.push_back(mode.get<std::string>());
    }
  }
  claim.bound = text(object, "/status/phase") == "Bound";
  claim.terminating = !text(object, "/metadata/deletionTimestamp").empty();
  return claim;
}

}  // namespace fusion::checkpoints
