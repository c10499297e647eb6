#include "api/excerpt.h"

#include <nlohmann/json.hpp>

namespace fusion::api {
namespace {

constexpr std::size_t kMaxCharacters = 80;

/// As long as it may be, cut between characters: bytes 10xxxxxx go on with the character before them.
std::string_view cut(std::string_view text) {
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool begins = (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
    if (begins && ++characters > kMaxCharacters) return text.substr(0, at);
  }
  return text;
}

}  // namespace

std::string excerpt(std::string_view text) {
  const auto shown = cut(text);
  auto escaped = nlohmann::json(shown).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  if (shown.size() < text.size()) escaped.insert(escaped.size() - 1, "...");
  return escaped;
}

std::string path_key(std::string_view text) {
  const auto escaped = excerpt(text);
  return escaped.substr(1, escaped.size() - 2);
}

}  // namespace fusion::api
