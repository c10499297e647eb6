#pragma once

#include <chrono>

#include "api/status.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::api {

/// The status subresource's JSON, fields without a value left out, instants as RFC 3339 in UTC.
nlohmann::json to_json(const Status& status);

/// Reads what to_json wrote, leniently: what is missing or of a wrong type keeps its default.
Status status_from_json(const nlohmann::json& status);

/// `next` with each condition's last_transition_time taken from `current` where its status is the same,
/// and set to `now` where it changed. Equal results mean that nothing needs to be written.
Status merge_status(const Status& current, Status next, std::chrono::sys_seconds now);

}  // namespace fusion::api
