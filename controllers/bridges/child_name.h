#pragma once

#include <string>
#include <string_view>

#include "controllers/child_name.h"

namespace fusion::bridges {

using controllers::config_map_name;
using controllers::kMaxChildName;
using controllers::label_value;

/// The name of a bridge's StatefulSet.
std::string child_name(std::string_view pipeline, std::string_view bridge);

/// The claim that a StatefulSet makes for one of its pods: `state-<child name>-<ordinal>`.
std::string claim_name(std::string_view child, int ordinal);

/// The consumer group: `<installation>/<namespace>/<pipeline>/<bridge>`. Stable over deletion and
/// re-creation.
std::string group_name(std::string_view installation, std::string_view namespace_name,
                       std::string_view pipeline, std::string_view bridge);

}  // namespace fusion::bridges
