#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "cli/letter.h"

namespace fusion::cli {

/// Which letters of a topic a command is about.
struct LetterFilter {
  std::vector<std::string> reasons;   ///< one of these; empty: any
  std::int64_t since_ms = 0;          ///< became a letter then or later
  std::optional<std::string> source;  ///< came from this topic

  /// Pure.
  bool takes(const Letter& letter) const;
};

/// Reads an instant (`2026-01-31T08:00:00Z`) or how long ago it was (`90m`), as milliseconds since the epoch.
tl::expected<std::int64_t, std::string> parse_since(const std::string& text, std::int64_t now_ms);

}  // namespace fusion::cli
