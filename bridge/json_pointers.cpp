#include "bridge/json_pointers.h"

#include <algorithm>
#include <charconv>

namespace fusion::bridge {
namespace {

using Kind = JsonTokens::Kind;

constexpr int kMostPlaces = 40;

std::string unescape(std::string_view token) {
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escaped = token[i] == '~' && i + 1 < token.size();
    name += !escaped ? token[i] : token[++i] == '1' ? '/' : '~';
  }
  return name;
}

/// RFC 6901, section 4: digits without leading zeros.
std::optional<std::size_t> index_of(std::string_view token) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc() || end != token.data() + token.size()) return std::nullopt;
  if (token.size() > 1 && token[0] == '0') return std::nullopt;
  return index;
}

/// Writes `0.<digits>` times ten to the power of `point`; digits begin and end with others than 0.
void place_point(std::string& digits, std::int64_t point) {
  const auto size = static_cast<std::int64_t>(digits.size());
  if (point > kMostPlaces || point <= -kMostPlaces) {
    digits += 'e' + std::to_string(point - size);
  } else if (point <= 0) {
    digits.insert(0, "0." + std::string(static_cast<std::size_t>(-point), '0'));
  } else if (point < size) {
    digits.insert(static_cast<std::size_t>(point), 1, '.');
  } else {
    digits.append(static_cast<std::size_t>(point - size), '0');
  }
}

/// JSON's number as JsonScalar::text tells it. An exponent of more than 32 bits stays as it is.
void write_decimal(std::string_view number, std::string& out) {
  out = number;
  const auto mantissa = number.substr(0, number.find_first_of("eE"));
  const bool is_negative = mantissa.starts_with('-');
  const auto places = mantissa.substr(is_negative ? 1 : 0);
  const auto whole = std::min(places.find('.'), places.size());
  if (whole == number.size() && whole <= kMostPlaces) return;

  std::string digits(places.substr(0, whole));
  digits += places.substr(std::min(whole + 1, places.size()));
  const auto leading = std::min(digits.find_first_not_of('0'), digits.size());
  digits.erase(0, leading);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.empty()) {
    out = "0";
    return;
  }
  auto power = number.substr(std::min(number.size(), mantissa.size() + 1));
  if (power.starts_with('+')) power.remove_prefix(1);
  std::int32_t exponent = 0;
  if (std::from_chars(power.data(), power.data() + power.size(), exponent).ec ==
      std::errc::result_out_of_range)
    return;
  place_point(digits, static_cast<std::int64_t>(whole) - static_cast<std::int64_t>(leading) + exponent);
  out = is_negative ? '-' + digits : digits;
}

}  // namespace

JsonPointers::JsonPointers(const std::vector<std::string>& pointers) {
  std::size_t longest = 0;
  for (const auto& pointer : pointers) {
    auto& place = places_.emplace_back();
    place.is_pointer = pointer.empty() || pointer.starts_with('/');
    std::string_view rest = pointer;
    while (place.is_pointer && !rest.empty()) {
      const auto token = rest.substr(1, rest.find('/', 1) - 1);
      rest.remove_prefix(1 + token.size());
      place.steps.push_back({unescape(token), index_of(token)});
    }
    longest = std::max(longest, place.steps.size());
  }
  levels_.resize(longest);
}

std::optional<JsonScalar> JsonPointers::at(std::size_t pointer) const {
  const auto& place = places_[pointer];
  if (!place.found) return std::nullopt;
  return JsonScalar{*place.found, place.text};
}

bool JsonPointers::read(std::string_view text) {
  for (auto& place : places_) {
    place.open = 0;
    place.found.reset();
  }
  depth_ = 0;
  tokens_.open(text);
  auto token = tokens_.next();
  for (; token != Kind::kEnd && token != Kind::kInvalid; token = tokens_.next()) follow(token);
  is_json_ = token == Kind::kEnd;
  if (!is_json_) {
    for (auto& place : places_) place.found.reset();
  }
  return is_json_;
}

void JsonPointers::follow(Kind token) {
  switch (token) {
    case Kind::kBeginObject:
      return begin(std::nullopt);
    case Kind::kBeginArray:
      return begin(0);
    case Kind::kEndObject:
    case Kind::kEndArray:
      return end();
    case Kind::kName:
      return name();
    default:
      return scalar(token);
  }
}

/// Calls `leads` for each place that this value is or leads to. What was found there came by the same name
/// before.
template <class Leads>
void JsonPointers::value(Leads leads) {
  if (depth_ > levels_.size()) return;
  auto* level = depth_ > 0 ? &levels_[depth_ - 1] : nullptr;
  for (auto& place : places_) {
    if (place.open != depth_ || place.steps.size() < depth_) continue;
    const bool is_next = level == nullptr || (*level ? place.steps[depth_ - 1].index == **level : place.next);
    if (!is_next || !place.is_pointer) continue;
    place.found.reset();
    leads(place);
  }
  if (level != nullptr && *level) ++**level;
}

void JsonPointers::begin(std::optional<std::size_t> first_index) {
  value([&](Place& place) {
    if (place.steps.size() > depth_) place.open = depth_ + 1;
  });
  ++depth_;
  if (depth_ <= levels_.size()) levels_[depth_ - 1] = first_index;
}

void JsonPointers::end() {
  --depth_;
  for (auto& place : places_) place.open = std::min(place.open, depth_);
}

void JsonPointers::name() {
  if (depth_ > levels_.size()) return;
  auto name = tokens_.raw();
  if (tokens_.is_escaped()) {
    unescape(name, name_);
    name = name_;
  }
  for (auto& place : places_)
    place.next = depth_ <= place.steps.size() && place.steps[depth_ - 1].name == name;
}

void JsonPointers::scalar(Kind token) {
  value([&](Place& place) {
    if (place.steps.size() != depth_) return;
    if (token == Kind::kText) {
      place.found = JsonScalar::Kind::kText;
      unescape(tokens_.raw(), place.text);
    } else if (token == Kind::kNumber) {
      place.found = JsonScalar::Kind::kNumber;
      write_decimal(tokens_.raw(), place.text);
    } else {
      place.found = token == Kind::kNull ? JsonScalar::Kind::kNull : JsonScalar::Kind::kBoolean;
      place.text = tokens_.raw();
    }
  });
}

}  // namespace fusion::bridge
