#include "api/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace fusion::api {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> kNulls{"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 11> kTrues{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                  "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalses{"n",     "N",     "no",  "No",  "NO", "false",
                                                   "False", "FALSE", "off", "Off", "OFF"};

constexpr std::array<std::string_view, 12> kNotFinite{".inf",  ".Inf",  ".INF",  "+.inf", "+.Inf", "+.INF",
                                                      "-.inf", "-.Inf", "-.INF", ".nan",  ".NaN",  ".NAN"};

template <typename Words>
bool has(const Words& words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

/// All of `digits` as a number of `base`; unset if that is not what they are.
template <typename Integer>
std::optional<Integer> whole(std::string_view digits, int base) {
  Integer number{};
  const auto* end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number, base);
  if (digits.empty() || error != std::errc() || stop != end) return std::nullopt;
  return number;
}

/// As Go's strconv.ParseInt with base 0: 0x, 0o, 0b, and a leading 0 for octal.
std::optional<json> integer(std::string_view text) {
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty() || text.front() == '-') return std::nullopt;
  int base = 10;
  if (text.size() > 1 && text.front() == '0') {
    const char mark = static_cast<char>(text[1] | 0x20);  // lower case
    base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
    text.remove_prefix(mark == 'x' || mark == 'b' || mark == 'o' ? 2 : 1);
    if (text.starts_with('-')) return std::nullopt;
  }
  const auto number = whole<std::uint64_t>(text, base);
  if (!number) return std::nullopt;
  if (!is_negative) return *number <= INT64_MAX ? json(static_cast<std::int64_t>(*number)) : json(*number);
  if (*number > static_cast<std::uint64_t>(INT64_MAX) + 1) return std::nullopt;
  return json(static_cast<std::int64_t>(-*number));
}

/// Digits, a fraction, an exponent; neither `inf` nor hexadecimal.
std::optional<json> floating(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.find_first_not_of("0123456789.eE+-") != std::string_view::npos) return std::nullopt;
  if (text.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  double number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  constexpr double kExact =
      9007199254740992;  // 2^53: below it Go's JSON writes 6.0 as 6, which is an integer
  if (std::trunc(number) == number && std::abs(number) < kExact)
    return json(static_cast<std::int64_t>(number));
  return json(number);
}

}  // namespace

json resolve_plain_scalar(const std::string& text) {
  if (has(kNulls, text)) return nullptr;
  if (has(kTrues, text)) return true;
  if (has(kFalses, text)) return false;
  if (has(kNotFinite, text)) return std::numeric_limits<double>::quiet_NaN();
  if (std::string_view("+-.0123456789").find(text.front()) == std::string_view::npos) return text;
  auto plain = text;
  std::erase(plain, '_');
  if (const auto number = integer(plain)) return *number;
  if (const auto number = floating(plain)) return *number;
  return text;
}

}  // namespace fusion::api
