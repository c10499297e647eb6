#include "controllers/bridges/child_name.h"

#include <algorithm>

#include "controllers/hash.h"

namespace fusion::bridges {
namespace {

constexpr int kHashDigits = 8;
constexpr std::size_t kMaxLabelValue = 63;

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// At most `length` characters of `name` that are legal inside a DNS-1123 label, without dashes at its ends.
std::string shortened(std::string_view name, std::size_t length) {
  std::string text(name.substr(0, length));
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!is_alphanumeric(c)) c = '-';
  }
  while (text.ends_with('-')) text.pop_back();
  text.erase(0, std::min(text.find_first_not_of('-'), text.size()));
  return text;
}

}  // namespace

std::string child_name(std::string_view pipeline, std::string_view bridge) {
  constexpr std::size_t kSuffix = 2 + kHashDigits;  // "-b" and the hash
  constexpr std::size_t kNames = kMaxChildName - kSuffix - 1;
  // What one name does not need of its half, the other may have.
  const auto pipeline_length = std::min(pipeline.size(), kNames - std::min(bridge.size(), kNames / 2));
  const auto bridge_length = std::min(bridge.size(), kNames - pipeline_length);
  // '/' is in neither name, so that different pairs are different texts.
  const auto hash = controllers::hex_hash(std::string(pipeline) + "/" + std::string(bridge), kHashDigits);
  return shortened(pipeline, pipeline_length) + "-" + shortened(bridge, bridge_length) + "-b" + hash;
}

std::string config_map_name(std::string_view child, std::string_view content) {
  return std::string(child) + "-" + controllers::hex_hash(content, kHashDigits);
}

std::string claim_name(std::string_view child, int ordinal) {
  return "state-" + std::string(child) + "-" + std::to_string(ordinal);
}

std::string label_value(std::string_view text) {
  std::string value(text);
  for (char& c : value) {
    if (!is_alphanumeric(c) && c != '-' && c != '_' && c != '.') c = '-';
  }
  const bool legal = value == text && value.size() <= kMaxLabelValue &&
                     (value.empty() || (is_alphanumeric(value.front()) && is_alphanumeric(value.back())));
  if (legal) return value;
  const auto start = std::min(value.find_first_not_of("-_."), value.size());
  value = value.substr(start, kMaxLabelValue - kHashDigits - 1);
  if (!value.empty()) value += "-";
  return value + controllers::hex_hash(text, kHashDigits);
}

std::string group_name(std::string_view installation, std::string_view namespace_name,
                       std::string_view pipeline, std::string_view bridge) {
  std::string name;
  for (const auto part : {installation, namespace_name, pipeline, bridge}) {
    if (!name.empty()) name += '/';
    name += part;
  }
  return name;
}

}  // namespace fusion::bridges
