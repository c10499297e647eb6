#include "cli/letter_filter.h"

#include <algorithm>

#include "api/duration.h"
#include "api/timestamp.h"

namespace fusion::cli {

bool LetterFilter::takes(const Letter& letter) const {
  if (!reasons.empty() && std::ranges::find(reasons, letter.origin.reason) == reasons.end()) return false;
  if (source && *source != letter.origin.topic) return false;
  return letter.written_ms >= since_ms;
}

tl::expected<std::int64_t, std::string> parse_since(const std::string& text, std::int64_t now_ms) {
  if (const auto ago = api::parse_duration(text)) return now_ms - ago->count();
  if (const auto instant = api::parse_timestamp(text)) return instant->time_since_epoch().count();
  return tl::unexpected("--since: \"" + text +
                        "\" is neither an instant such as 2026-01-31T08:00:00Z nor a duration such as 90m");
}

}  // namespace fusion::cli
