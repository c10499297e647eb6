#pragma once

#include "api/fusion_pipeline.h"
#include "api/json_reader.h"

namespace fusion::api {

/// Reads an item of `spec.stages`, and notes what is wrong.
Stage parse_stage(JsonReader reader);

}  // namespace fusion::api
