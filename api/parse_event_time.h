#pragma once

#include "api/fusion_pipeline.h"
#include "api/json_reader.h"

namespace fusion::api {

/// Reads a bridge's block `eventTime` and fills in its defaults. What is wrong is noted with the reader's
/// problems.
EventTime parse_event_time(JsonReader reader);

}  // namespace fusion::api
