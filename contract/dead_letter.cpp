#include "contract/dead_letter.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <tuple>
#include <utility>

namespace fusion::contract {
namespace {

bool is_reason(std::string_view text) {
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto is_word = [&](char c) {
    return is_capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && is_capital(text.front()) && std::ranges::all_of(text, is_word);
}

std::optional<std::int64_t> number(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, value);
  if (failure != std::errc() || rest != end || value < least || value > most) return std::nullopt;
  return value;
}

/// Takes the last header of a name off the list and remembers the first mistake.
class Headers {
 public:
  explicit Headers(std::vector<Header> headers) : headers_(std::move(headers)) {}

  std::string text(std::string_view name) {
    const auto found = std::find_if(headers_.rbegin(), headers_.rend(),
                                    [&](const Header& header) { return header.name == name; });
    if (found == headers_.rend()) return fail("it has no header " + std::string(name));
    auto value = std::move(found->value);
    headers_.erase(std::next(found).base());
    if (!value || value->empty()) return fail("its header " + std::string(name) + " is empty");
    return *std::move(value);
  }

  std::int64_t integer(std::string_view name, std::int64_t least, std::int64_t most) {
    const auto value = number(text(name), least, most);
    if (!value) fail("its header " + std::string(name) + " is not a number within its bounds");
    return value.value_or(least);
  }

  std::pair<std::string, std::string> error() {
    const auto value = text(kErrorHeader);
    const auto colon = value.find(": ");
    if (colon == std::string::npos || !is_reason(std::string_view(value).substr(0, colon))) {
      fail("its header " + std::string(kErrorHeader) + " is not \"Reason: sentence\"");
      return {};
    }
    return {value.substr(0, colon), value.substr(colon + 2)};
  }

  const std::string& mistake() const { return mistake_; }
  std::vector<Header> rest() { return std::move(headers_); }

 private:
  std::string fail(std::string what) {
    if (mistake_.empty()) mistake_ = std::move(what);
    return "";
  }

  std::vector<Header> headers_;
  std::string mistake_;
};

}  // namespace

std::string place_text(const std::string& topic, std::int32_t partition, std::int64_t offset) {
  return topic + "[" + std::to_string(partition) + "]@" + std::to_string(offset);
}

std::vector<Header> to_headers(const DeadLetter& letter) {
  return {{std::string(kErrorHeader), letter.reason + ": " + letter.sentence},
          {std::string(kSourceTopicHeader), letter.topic},
          {std::string(kSourcePartitionHeader), std::to_string(letter.partition)},
          {std::string(kSourceOffsetHeader), std::to_string(letter.offset)},
          {std::string(kSourceTimestampHeader), std::to_string(letter.timestamp_ms)}};
}

tl::expected<ParsedDeadLetter, std::string> parse_dead_letter(std::vector<Header> headers) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  Headers fields(std::move(headers));
  ParsedDeadLetter parsed;
  std::tie(parsed.letter.reason, parsed.letter.sentence) = fields.error();
  parsed.letter.topic = fields.text(kSourceTopicHeader);
  parsed.letter.partition = static_cast<std::int32_t>(
      fields.integer(kSourcePartitionHeader, 0, std::numeric_limits<std::int32_t>::max()));
  parsed.letter.offset = fields.integer(kSourceOffsetHeader, 0, kMost);
  parsed.letter.timestamp_ms = fields.integer(kSourceTimestampHeader, kLeast, kMost);
  if (!fields.mistake().empty()) return tl::unexpected(fields.mistake());
  parsed.own_headers = fields.rest();
  return parsed;
}

}  // namespace fusion::contract
