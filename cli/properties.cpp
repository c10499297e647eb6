#include "cli/properties.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace fusion::cli {
namespace {

constexpr std::string_view kBlank = " \t\f";

std::string_view without_leading_blanks(std::string_view text) {
  const auto start = text.find_first_not_of(kBlank);
  return start == std::string_view::npos ? std::string_view() : text.substr(start);
}

/// An odd number of backslashes at the end.
bool is_continued(std::string_view line) {
  std::size_t backslashes = 0;
  while (backslashes < line.size() && line[line.size() - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

/// Logical lines, without comments and empty ones.
std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  bool goes_on = false;
  while (!text.empty()) {
    const auto end = text.find_first_of("\r\n");
    auto line = without_leading_blanks(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!goes_on) {
      if (line.empty() || line.front() == '#' || line.front() == '!') continue;
      lines.emplace_back();
    }
    goes_on = is_continued(line);
    if (goes_on) line.remove_suffix(1);
    lines.back() += line;
  }
  return lines;
}

std::string unescaped(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      plain += text[i];
      continue;
    }
    constexpr std::string_view kLetters = "ntrf";
    constexpr std::string_view kMeanings = "\n\t\r\f";
    const auto letter = kLetters.find(text[++i]);
    plain += letter == std::string_view::npos ? text[i] : kMeanings[letter];
  }
  return plain;
}

std::pair<std::string, std::string> entry_of(std::string_view line) {
  std::size_t end = 0;
  while (end < line.size() && (kBlank.find(line[end]) == std::string_view::npos) && line[end] != '=' &&
         line[end] != ':') {
    end += line[end] == '\\' ? 2 : 1;
  }
  end = std::min(end, line.size());
  auto value = without_leading_blanks(line.substr(end));
  if (!value.empty() && (value.front() == '=' || value.front() == ':')) {
    value = without_leading_blanks(value.substr(1));
  }
  return {unescaped(line.substr(0, end)), unescaped(value)};
}

}  // namespace

std::map<std::string, std::string> parse_properties(std::string_view text) {
  std::map<std::string, std::string> properties;
  for (const auto& line : lines_of(text)) {
    auto [key, value] = entry_of(line);
    properties.insert_or_assign(std::move(key), std::move(value));
  }
  return properties;
}

}  // namespace fusion::cli
