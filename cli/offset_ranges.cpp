#include "cli/offset_ranges.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <optional>

namespace fusion::cli {
namespace {

std::optional<std::int64_t> offset_of(std::string_view text) {
  std::int64_t offset = 0;
  const char* end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, offset);
  // Below the largest number, so that the offset after it is one too.
  if (failure != std::errc() || rest != end || offset < 0 ||
      offset == std::numeric_limits<std::int64_t>::max()) {
    return std::nullopt;
  }
  return offset;
}

}  // namespace

void OffsetRanges::add(std::int64_t first, std::int64_t last) {
  auto next = last_by_first_.upper_bound(first);
  if (next != last_by_first_.begin()) {
    const auto before = std::prev(next);
    if (before->second + 1 >= first) {
      first = before->first;
      last = std::max(last, before->second);
      next = last_by_first_.erase(before);
    }
  }
  while (next != last_by_first_.end() && next->first <= last + 1) {
    last = std::max(last, next->second);
    next = last_by_first_.erase(next);
  }
  last_by_first_.emplace(first, last);
}

void OffsetRanges::add(const OffsetRanges& other) {
  for (const auto& [first, last] : other.last_by_first_) add(first, last);
}

bool OffsetRanges::contains(std::int64_t offset) const {
  const auto next = last_by_first_.upper_bound(offset);
  return next != last_by_first_.begin() && std::prev(next)->second >= offset;
}

std::string OffsetRanges::to_text() const {
  std::string text;
  for (const auto& [first, last] : last_by_first_) {
    if (!text.empty()) text += ',';
    text += std::to_string(first);
    if (last > first) text += '-' + std::to_string(last);
  }
  return text;
}

tl::expected<OffsetRanges, std::string> OffsetRanges::parse(std::string_view text) {
  OffsetRanges ranges;
  while (!text.empty()) {
    const auto comma = text.find(',');
    const auto part = text.substr(0, comma);
    const auto dash = part.find('-');
    const auto first = offset_of(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : offset_of(part.substr(dash + 1));
    if (!first || !last || *last < *first)
      return tl::unexpected("\"" + std::string(part.substr(0, 50)) + "\" is no range of offsets");
    ranges.add(*first, *last);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return ranges;
}

}  // namespace fusion::cli
