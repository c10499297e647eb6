#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fusion::api {

/// Reads an instant of RFC 3339 in UTC: `2026-01-31T08:00:00Z`, with up to 9 decimals of a second, of which
/// those beyond the milliseconds are cut off. Unset for anything else, impossible dates included.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_timestamp(std::string_view text);

/// Unset for what has no four-digit year: RFC 3339 cannot say it, and the API server refuses a status with
/// it.
std::optional<std::chrono::sys_seconds> instant_of(std::chrono::milliseconds since_epoch);

/// `2026-01-31T08:00:00Z`, as Kubernetes writes instants.
std::string to_text(std::chrono::sys_seconds instant);

}  // namespace fusion::api
