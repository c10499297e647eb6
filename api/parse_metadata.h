#pragma once

#include "api/fusion_pipeline.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::api {

/// Reads an object's metadata, leniently: what is missing or of a wrong type keeps its default. Never throws.
Metadata metadata_from_json(const nlohmann::json& metadata);

}  // namespace fusion::api
