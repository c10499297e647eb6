#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fusion::api {

/// Reads a duration as Kubernetes writes them: numbers with a unit of ms, s, m or h, added up, such as
/// `500ms` or `1m30s`. Each number is whole and has at most 6 digits, the text at most 16 characters, so that
/// nothing overflows. Unset for anything else.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The shortest text that parse_duration reads back: `500ms`, `2s`, `1m30s`; `0s` for none. Not negative.
std::string to_text(std::chrono::milliseconds duration);

}  // namespace fusion::api
