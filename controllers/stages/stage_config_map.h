#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controllers/stages/render.h"
#include "controllers/stages/stage_decision.h"

namespace fusion::stages {

/// Appends what makes the ConfigMap of a rendering exist. NameConflict if something else has its name.
std::optional<controllers::Failure> ensure_config_map(const std::string& stage, const Rendered& rendered,
                                                      const StageContext& context,
                                                      std::vector<Action>& actions);

/// Appends what deletes the ConfigMaps of a child, but for the one named `kept`.
void delete_config_maps(const std::string& stage, const std::string& child, const std::string& kept,
                        const StageContext& context, std::vector<Action>& actions);

}  // namespace fusion::stages
