#include "controllers/child_name.h"

#include <algorithm>

#include "controllers/hash.h"

namespace fusion::controllers {
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

std::string child_name(std::string_view pipeline, std::string_view name, char part) {
  constexpr std::size_t kSuffix = 2 + kHashDigits;  // '-', the part and the hash
  constexpr std::size_t kNames = kMaxChildName - kSuffix - 1;
  // What one name does not need of its half, the other may have.
  const auto pipeline_length = std::min(pipeline.size(), kNames - std::min(name.size(), kNames / 2));
  const auto name_length = std::min(name.size(), kNames - pipeline_length);
  // '/' is in neither name, so that different pairs are different texts.
  const auto hash = hex_hash(std::string(pipeline) + "/" + std::string(name), kHashDigits);
  return shortened(pipeline, pipeline_length) + "-" + shortened(name, name_length) + "-" + part + hash;
}

std::string config_map_name(std::string_view child, std::string_view content) {
  return std::string(child) + "-" + hex_hash(content, kHashDigits);
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
  return value + hex_hash(text, kHashDigits);
}

}  // namespace fusion::controllers
