#include "bridge/json_pointers.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace fusion::bridge {
namespace {

using nlohmann::json;

constexpr std::int64_t kMostPlaces = 40;

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

/// JSON's number as JsonScalar::text tells it. An exponent that no number of this world has stays as it is.
void write_decimal(std::string_view number, std::string& out) {
  out = number;
  const bool negative = number.starts_with('-');
  if (negative) number.remove_prefix(1);
  const auto mantissa = number.substr(0, number.find_first_of("eE"));
  auto exponent_text = number.substr(std::min(number.size(), mantissa.size() + 1));
  if (exponent_text.starts_with('+')) exponent_text.remove_prefix(1);
  std::int32_t exponent = 0;
  const auto* exponent_end = exponent_text.data() + exponent_text.size();
  if (std::from_chars(exponent_text.data(), exponent_end, exponent).ec == std::errc::result_out_of_range) {
    return;
  }
  out.clear();
  auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size())) + exponent;
  std::copy_if(mantissa.begin(), mantissa.end(), std::back_inserter(out), [](char c) { return c != '.'; });
  const auto leading = std::min(out.find_first_not_of('0'), out.size());
  out.erase(0, leading);
  point -= static_cast<std::int64_t>(leading);
  out.erase(out.find_last_not_of('0') + 1);
  if (out.empty()) {
    out = "0";
    return;
  }
  const auto digits = static_cast<std::int64_t>(out.size());
  if (point > kMostPlaces || point <= -kMostPlaces) {
    out += 'e' + std::to_string(point - digits);
  } else if (point <= 0) {
    out.insert(0, "0." + std::string(static_cast<std::size_t>(-point), '0'));
  } else if (point < digits) {
    out.insert(static_cast<std::size_t>(point), 1, '.');
  } else {
    out.append(static_cast<std::size_t>(point - digits), '0');
  }
  if (negative) out.insert(0, 1, '-');
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
      place.tokens.push_back({unescape(token), index_of(token)});
    }
    longest = std::max(longest, place.tokens.size());
  }
  levels_.resize(longest);
}

std::optional<JsonScalar> JsonPointers::at(std::size_t pointer) const {
  const auto& place = places_[pointer];
  if (!place.found) return std::nullopt;
  return JsonScalar{*place.found, place.text};
}

/// Follows nlohmann's parser, which is iterative: it calls one of these for each value, and for each begin
/// and end of an object or an array.
class JsonPointers::Walk : public json::json_sax_t {
 public:
  Walk(std::vector<Place>& places, std::vector<std::optional<std::size_t>>& levels)
      : places_(places), levels_(levels) {}

  bool null() override {
    return scalar(JsonScalar::Kind::kNull, [](std::string& text) { text = "null"; });
  }
  bool boolean(bool value) override {
    return scalar(JsonScalar::Kind::kBoolean, [&](std::string& text) { text = value ? "true" : "false"; });
  }
  bool number_integer(std::int64_t value) override {
    return scalar(JsonScalar::Kind::kNumber, [&](std::string& text) { text = std::to_string(value); });
  }
  bool number_unsigned(std::uint64_t value) override {
    return scalar(JsonScalar::Kind::kNumber, [&](std::string& text) { text = std::to_string(value); });
  }
  /// Integers of more than 64 bits come here too, so the double is not the number.
  bool number_float(double, const std::string& digits) override {
    return scalar(JsonScalar::Kind::kNumber, [&](std::string& text) { write_decimal(digits, text); });
  }
  bool string(std::string& value) override {
    return scalar(JsonScalar::Kind::kText, [&](std::string& text) { text = value; });
  }
  bool binary(json::binary_t&) override { return false; }

  bool key(std::string& name) override {
    if (depth_ > levels_.size()) return true;
    for (auto& place : places_)
      place.next = depth_ <= place.tokens.size() && place.tokens[depth_ - 1].name == name;
    return true;
  }
  bool start_object(std::size_t) override { return begin(std::nullopt); }
  bool start_array(std::size_t) override { return begin(0); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }

  bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }

 private:
  /// Calls `leads` for each place that this value is or leads to. What was found there came by the same name
  /// before.
  template <class Leads>
  void value(Leads leads) {
    if (depth_ > levels_.size()) return;
    auto* level = depth_ > 0 ? &levels_[depth_ - 1] : nullptr;
    for (auto& place : places_) {
      if (place.open != depth_ || place.tokens.size() < depth_) continue;
      const bool is_next =
          level == nullptr || (*level ? place.tokens[depth_ - 1].index == **level : place.next);
      if (!is_next || !place.is_pointer) continue;
      place.found.reset();
      leads(place);
    }
    if (level != nullptr && *level) ++**level;
  }

  template <class Write>
  bool scalar(JsonScalar::Kind kind, Write write) {
    value([&](Place& place) {
      if (place.tokens.size() != depth_) return;
      place.found = kind;
      write(place.text);
    });
    return true;
  }

  bool begin(std::optional<std::size_t> first_index) {
    value([&](Place& place) {
      if (place.tokens.size() > depth_) place.open = depth_ + 1;
    });
    ++depth_;
    if (depth_ <= levels_.size()) levels_[depth_ - 1] = first_index;
    return true;
  }

  bool end() {
    --depth_;
    for (auto& place : places_) place.open = std::min(place.open, depth_);
    return true;
  }

  std::vector<Place>& places_;
  std::vector<std::optional<std::size_t>>& levels_;
  std::size_t depth_ = 0;  ///< objects and arrays that are open
};

bool JsonPointers::read(std::string_view text) {
  for (auto& place : places_) {
    place.open = 0;
    place.found.reset();
  }
  Walk walk(places_, levels_);
  is_json_ = json::sax_parse(text.begin(), text.end(), &walk);
  if (!is_json_) {
    for (auto& place : places_) place.found.reset();
  }
  return is_json_;
}

}  // namespace fusion::bridge
