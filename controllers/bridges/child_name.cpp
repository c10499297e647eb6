#include "controllers/bridges/child_name.h"

namespace fusion::bridges {

std::string child_name(std::string_view pipeline, std::string_view bridge) {
  return controllers::child_name(pipeline, bridge, controllers::kOfBridge);
}

std::string claim_name(std::string_view child, int ordinal) {
  return "state-" + std::string(child) + "-" + std::to_string(ordinal);
}

std::string group_name(std::string_view installation, std::string_view namespace_name,
                       std::string_view pipeline, std::string_view bridge) {
  std::string name;
  for (const auto part : {installation, namespace_name, pipeline, bridge}) {
    if (!name.empty()) name += '/';
    name += part;
  }
  return name;
}

}  // namespace fusion::bridges
