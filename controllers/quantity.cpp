#include "controllers/quantity.h"

#include <charconv>
#include <map>
#include <string>

namespace fusion::controllers {
namespace {

constexpr __int128 kNano = 1'000'000'000;
constexpr __int128 kMax = (static_cast<__int128>(1) << 63) * kNano;

/// Nano units of one unit with this suffix; 0: no such suffix.
__int128 nanos_of(std::string_view suffix) {
  static const std::map<std::string_view, __int128> kSuffixes = {
      {"n", 1},
      {"u", 1'000},
      {"m", 1'000'000},
      {"", kNano},
      {"k", kNano * 1'000},
      {"M", kNano * 1'000'000},
      {"G", kNano * 1'000'000'000},
      {"T", kNano * 1'000'000'000'000},
      {"P", kNano * 1'000'000'000'000'000},
      {"E", kNano * 1'000'000'000'000'000'000},
      {"Ki", kNano << 10},
      {"Mi", kNano << 20},
      {"Gi", kNano << 30},
      {"Ti", kNano << 40},
      {"Pi", kNano << 50},
      {"Ei", kNano << 60},
  };
  const auto found = kSuffixes.find(suffix);
  return found == kSuffixes.end() ? 0 : found->second;
}

/// Nano units of 10^exponent; unset outside of what a quantity can hold.
std::optional<__int128> nanos_of_exponent(std::string_view digits) {
  if (digits.starts_with('+')) digits.remove_prefix(1);
  int exponent = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (error != std::errc{} || end != digits.data() + digits.size() || exponent < -9 || exponent > 18) {
    return std::nullopt;
  }
  __int128 nanos = 1;
  for (int i = -9; i < exponent; ++i) nanos *= 10;
  return nanos;
}

}  // namespace

std::optional<Quantity> Quantity::parse(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto number = text.substr(0, text.find_first_not_of("0123456789."));
  const auto suffix = text.substr(number.size());
  const auto point = number.find('.');
  const auto whole = number.substr(0, point);
  const auto fraction = point == std::string_view::npos ? std::string_view{} : number.substr(point + 1);
  if ((whole.empty() && fraction.empty()) || fraction.find('.') != std::string_view::npos)
    return std::nullopt;

  __int128 unit = nanos_of(suffix);
  if (unit == 0 && suffix.size() > 1 && (suffix[0] == 'e' || suffix[0] == 'E')) {
    unit = nanos_of_exponent(suffix.substr(1)).value_or(0);
  }
  if (unit == 0) return std::nullopt;

  __int128 nanos = 0;
  for (const char digit : whole) {
    nanos = nanos * 10 + (digit - '0');
    if (nanos > kMax / unit) return std::nullopt;
  }
  nanos *= unit;
  // Rounded up to a nano unit, as the server does.
  bool rest = false;
  for (const char digit : fraction) {
    rest = rest || (unit * (digit - '0')) % 10 != 0;
    nanos += unit * (digit - '0') / 10;
    unit /= 10;
  }
  if (rest) ++nanos;
  return Quantity(negative ? -nanos : nanos);
}

}  // namespace fusion::controllers
