#include "contract/progress.h"

#include <algorithm>
#include <charconv>

namespace fusion::contract {
namespace {

constexpr std::string_view kVersion = "v1";
/// The broker's default of offset.metadata.max.bytes.
constexpr std::size_t kMaxBytes = 4096;

/// Takes the text up to the next space off the front of `rest`, the space too.
std::string_view take_word(std::string_view& rest) {
  const auto end = rest.find(' ');
  const auto word = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

/// Unset unless all of `text` is a number; negative only where `may_be_negative`.
std::optional<std::int64_t> number(std::string_view text, bool may_be_negative) {
  std::int64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || stop != end || (value < 0 && !may_be_negative))
    return std::nullopt;
  return value;
}

/// False when `value` is not one that `key` may have.
bool take_pair(std::string_view key, std::string_view value, Progress& progress) {
  if (key == "topic") {
    progress.topic_id = value;
    return !value.empty();
  }
  static constexpr std::string_view kNumbers[] = {"records", "bytes", "wm",  "dup",   "dead",
                                                  "ws",      "short", "era", "nokey", "lost"};
  if (std::ranges::find(kNumbers, key) == std::end(kNumbers)) return true;  // a later writer's
  const auto read = number(value, key == "wm");
  if (!read) return false;
  if (key == "records") progress.records = *read;
  if (key == "bytes") progress.bytes = *read;
  if (key == "wm") progress.watermark_ms = *read;
  if (key == "dup") progress.duplicates = *read;
  if (key == "dead") progress.dead_letters = *read;
  if (key == "ws") progress.window_start = *read;
  if (key == "short") progress.window_is_short = *read != 0;
  if (key == "era") progress.window_era = *read;
  if (key == "nokey") progress.last_without_key = *read;
  if (key == "lost") progress.ids_are_lost = *read != 0;
  return true;
}

tl::unexpected<std::string> refused(const std::string& why) {
  return tl::unexpected("offset metadata: " + why);
}

}  // namespace

std::string to_metadata(const Progress& progress) {
  std::string text(kVersion);
  if (!progress.topic_id.empty()) text += " topic=" + progress.topic_id;
  text += " records=" + std::to_string(progress.records) + " bytes=" + std::to_string(progress.bytes);
  if (progress.watermark_ms) text += " wm=" + std::to_string(*progress.watermark_ms);
  if (progress.duplicates > 0) text += " dup=" + std::to_string(progress.duplicates);
  if (progress.dead_letters > 0) text += " dead=" + std::to_string(progress.dead_letters);
  if (progress.window_start) text += " ws=" + std::to_string(*progress.window_start);
  if (progress.window_is_short) text += " short=1";
  if (progress.window_era > 0) text += " era=" + std::to_string(progress.window_era);
  if (progress.last_without_key) text += " nokey=" + std::to_string(*progress.last_without_key);
  if (progress.ids_are_lost) text += " lost=1";
  return text;
}

tl::expected<Progress, std::string> parse_metadata(std::string_view metadata) {
  if (metadata.empty()) return Progress{};
  if (metadata.size() > kMaxBytes) return refused("is longer than 4096 bytes");
  auto rest = metadata;
  if (take_word(rest) != kVersion) {
    return refused("is not of version 1, so something else or a newer version committed it: \"" +
                   std::string(metadata.substr(0, 80)) + "\"");
  }
  Progress progress;
  while (!rest.empty()) {
    const auto pair = take_word(rest);
    const auto equals = pair.find('=');
    const bool is_pair = equals != std::string_view::npos && equals > 0;
    if (!is_pair || !take_pair(pair.substr(0, equals), pair.substr(equals + 1), progress)) {
      return refused("\"" + std::string(pair.substr(0, 80)) + "\" is not what version 1 has there");
    }
  }
  return progress;
}

}  // namespace fusion::contract
