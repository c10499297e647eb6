#include "kube/quantity.h"

#include <algorithm>
#include <charconv>

namespace fusion::kube {
namespace {

using Wide = unsigned __int128;

constexpr int kScale = 9;  // nanos

struct Suffix {
  Wide factor = 1;
  int exponent = 0;  // of ten
};

std::optional<Suffix> parse_suffix(std::string_view text) {
  if (text.empty()) return Suffix{};
  if (text.size() == 2 && text[1] == 'i') {
    const auto power = std::string_view("KMGTPE").find(text[0]);
    if (power == std::string_view::npos) return std::nullopt;
    return Suffix{.factor = Wide{1} << (10 * (power + 1)), .exponent = 0};
  }
  if (text.size() == 1) {
    const auto power = std::string_view("num\0kMGTPE", 10).find(text[0]);
    if (power == std::string_view::npos || text[0] == '\0') return std::nullopt;
    return Suffix{.factor = 1, .exponent = (static_cast<int>(power) - 3) * 3};
  }
  if (text[0] != 'e' && text[0] != 'E') return std::nullopt;
  auto digits = text.substr(1);
  if (digits[0] == '+') digits.remove_prefix(1);
  int exponent = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  if (code != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (exponent < -40 || exponent > 40) return std::nullopt;
  return Suffix{.factor = 1, .exponent = exponent};
}

struct Number {
  Wide digits = 0;
  int exponent = 0;  // of ten, never positive
};

std::optional<Number> parse_number(std::string_view text) {
  Number number;
  bool seen_digit = false;
  bool seen_point = false;
  for (const char c : text) {
    if (c == '.') {
      if (seen_point) return std::nullopt;
      seen_point = true;
      continue;
    }
    seen_digit = true;
    if (__builtin_mul_overflow(number.digits, Wide{10}, &number.digits) ||
        __builtin_add_overflow(number.digits, static_cast<Wide>(c - '0'), &number.digits)) {
      return std::nullopt;
    }
    if (seen_point) --number.exponent;
  }
  if (!seen_digit) return std::nullopt;
  return number;
}

}  // namespace

std::optional<Quantity> Quantity::parse(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const auto end = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = parse_number(text.substr(0, end));
  const auto suffix = parse_suffix(text.substr(end));
  if (!number || !suffix) return std::nullopt;

  Wide nanos = 0;
  if (__builtin_mul_overflow(number->digits, suffix->factor, &nanos)) return std::nullopt;
  int shift = number->exponent + suffix->exponent + kScale;
  for (; shift > 0 && nanos != 0; --shift) {
    if (__builtin_mul_overflow(nanos, Wide{10}, &nanos)) return std::nullopt;
  }
  bool rest = false;
  for (; shift < 0 && nanos != 0; ++shift) {
    rest = rest || nanos % 10 != 0;
    nanos /= 10;
  }
  if (rest) ++nanos;  // away from zero, as the API server rounds
  constexpr Wide kLargest = ((Wide{1} << 63) - 1) * 1'000'000'000;
  if (nanos > kLargest) return std::nullopt;
  const auto value = static_cast<__int128>(nanos);
  return Quantity(negative ? -value : value);
}

std::string Quantity::canonical() const {
  if (nanos_ == 0) return "0";
  std::string reversed;
  for (auto rest = nanos_ < 0 ? -nanos_ : nanos_; rest != 0; rest /= 10) {
    reversed += static_cast<char>('0' + static_cast<int>(rest % 10));
  }
  if (nanos_ < 0) reversed += '-';
  return {reversed.rbegin(), reversed.rend()};
}

}  // namespace fusion::kube
