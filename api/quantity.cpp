#include "api/quantity.h"

#include <algorithm>

namespace fusion::api {
namespace {

/// Takes the digits off the front of `text` and returns how many there were.
std::size_t take_digits(std::string_view& text) {
  const auto count = std::min(text.find_first_not_of("0123456789"), text.size());
  text.remove_prefix(count);
  return count;
}

bool is_one_of(std::string_view text, std::string_view characters) {
  return text.size() == 1 && characters.find(text.front()) != std::string_view::npos;
}

bool is_binary_suffix(std::string_view text) {
  return text.size() == 2 && text.back() == 'i' && is_one_of(text.substr(0, 1), "KMGTPE");
}

bool is_exponent(std::string_view text) {
  if (text.empty() || !is_one_of(text.substr(0, 1), "eE")) return false;
  text.remove_prefix(1);
  if (!text.empty() && is_one_of(text.substr(0, 1), "+-")) text.remove_prefix(1);
  const auto digits = take_digits(text);
  return digits >= 1 && digits <= 3 && text.empty();
}

}  // namespace

bool is_quantity(std::string_view text) {
  if (text.size() > 32) return false;
  auto digits = take_digits(text);
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    digits += take_digits(text);
  }
  return digits > 0 &&
         (text.empty() || is_one_of(text, "numkMGTPE") || is_binary_suffix(text) || is_exponent(text));
}

bool is_size(std::string_view text) {
  if (text.size() > 20) return false;
  const auto digits = take_digits(text);
  if (digits < 1 || digits > 12) return false;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    const auto decimals = take_digits(text);
    if (decimals < 1 || decimals > 3) return false;
  }
  return text.empty() || is_one_of(text, "kMGTPE") || is_binary_suffix(text);
}

bool is_positive(std::string_view text) {
  const auto number = text.substr(0, text.find_first_not_of("0123456789."));
  return number.find_first_of("123456789") != std::string_view::npos;
}

}  // namespace fusion::api
