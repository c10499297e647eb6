#pragma once

#include "api/fusion_pipeline.h"
#include "api/json_reader.h"

namespace fusion::api {

/// Reads a bridge's block `deduplicate` and fills in its defaults. What is wrong is noted with the reader's
/// problems.
Deduplicate parse_deduplicate(JsonReader reader);

}  // namespace fusion::api
