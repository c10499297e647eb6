#pragma once

#include "api/fusion_pipeline.h"
#include "api/json_reader.h"

namespace fusion::api {

/// Reads one item of spec.bridges, without an opinion on how it fits the rest of the pipeline. What is wrong
/// is noted with the reader's problems.
Bridge parse_bridge(JsonReader reader);

}  // namespace fusion::api
