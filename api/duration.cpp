#include "api/duration.h"

#include <array>
#include <cstdint>
#include <utility>

namespace fusion::api {
namespace {

// "ms" stands before "m", so that the longer unit is tried first.
constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> kUnits{
    {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}}};

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  if (text.empty() || text.size() > 16) return std::nullopt;
  std::int64_t total_ms = 0;
  while (!text.empty()) {
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0 || digits > 6) return std::nullopt;
    std::int64_t number = 0;
    for (const char digit : text.substr(0, digits)) number = number * 10 + (digit - '0');
    text.remove_prefix(digits);
    bool known = false;
    for (const auto& [unit, unit_ms] : kUnits) {
      if (!text.starts_with(unit)) continue;
      total_ms += number * unit_ms;
      text.remove_prefix(unit.size());
      known = true;
      break;
    }
    if (!known) return std::nullopt;
  }
  return std::chrono::milliseconds(total_ms);
}

std::string to_text(std::chrono::milliseconds duration) {
  std::string text;
  auto rest_ms = duration.count();
  for (const auto index : {3, 2, 1, 0}) {
    const auto& [unit, unit_ms] = kUnits[index];
    if (rest_ms < unit_ms) continue;
    text += std::to_string(rest_ms / unit_ms) + std::string(unit);
    rest_ms %= unit_ms;
  }
  return text.empty() ? "0s" : text;
}

}  // namespace fusion::api
