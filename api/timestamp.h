#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fusion::api {

/// Reads an instant of RFC 3339 in UTC: `2026-01-31T08:00:00Z`, with up to 9 decimals of a second, of which
/// those beyond the milliseconds are cut off. Unset for anything else, impossible dates included.
std::optional<std::chrono::sys_time<std::chrono::milliseconds>> parse_timestamp(std::string_view text);

/// `2026-01-31T08:00:00Z`, as Kubernetes writes instants.
std::string to_text(std::chrono::sys_seconds instant);

}  // namespace fusion::api
