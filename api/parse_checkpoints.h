#pragma once

#include "api/fusion_pipeline.h"
#include "api/json_reader.h"

namespace fusion::api {

/// Reads `spec.checkpoints` or that of a stage, and notes what is wrong.
Checkpoints parse_checkpoints(JsonReader reader);

}  // namespace fusion::api
