#include "kube/owned_fields.h"

#include <xxhash.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "kube/object_leaves.h"

namespace fusion::kube {
namespace {

using nlohmann::json;

std::string xxh3_hex(std::string_view text) {
  const auto hash = XXH3_128bits(text.data(), text.size());
  std::array<char, 33> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx%016llx", static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return hex.data();
}

// The element that a FieldsV1 key names: "k:" the fields of a list map's element, "v:" a set's value, "i:" a
// position.
const json* find_element(const json& list, const std::string& key) {
  if (!list.is_array()) return nullptr;
  const auto wanted = json::parse(key.substr(2));
  if (key[0] == 'i') {
    const auto index = wanted.get<std::size_t>();
    return index < list.size() ? &list[index] : nullptr;
  }
  for (const auto& element : list) {
    if (key[0] == 'v' && element == wanted) return &element;
    if (key[0] != 'k' || !element.is_object()) continue;
    const bool same = std::all_of(wanted.items().begin(), wanted.items().end(), [&](const auto& field) {
      const auto it = element.find(field.key());
      return it != element.end() && *it == field.value();
    });
    if (same) return &element;
  }
  return nullptr;
}

// Collects the values of the fields in `fields` (FieldsV1) from `live`.
void collect_owned(const json& fields, const json& live, const LeafPath& path, Leaves& leaves) {
  const bool whole = fields.empty() || (fields.size() == 1 && fields.contains("."));
  if (whole) return collect_leaves(live, path, leaves);
  for (const auto& [key, inner] : fields.items()) {
    if (key == "." || key.size() < 2) continue;
    if (key[0] == 'f') {
      const auto name = key.substr(2);
      const auto it = live.is_object() ? live.find(name) : live.end();
      if (live.is_object() && it != live.end()) collect_owned(inner, *it, path.field(name), leaves);
    } else if (const json* element = find_element(live, key)) {
      const auto index = static_cast<std::size_t>(element - &live.front());
      collect_owned(inner, *element, path.element(*element, index), leaves);
    }
  }
}

}  // namespace

std::string canonical(const json& object) {
  // nlohmann::json keeps keys sorted. Text that is not UTF-8 must not throw: it is replaced.
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string content_hash(const json& object) { return xxh3_hex(canonical(object)); }

Expected<Leaves> owned_leaves(const json& live, std::string_view manager) {
  Leaves leaves;
  try {
    const auto metadata = live.find("metadata");
    if (metadata == live.end() || !metadata->contains("managedFields")) return leaves;
    for (const auto& entry : metadata->at("managedFields")) {
      const bool ours = entry.value("manager", "") == manager && entry.value("operation", "") == "Apply" &&
                        entry.value("subresource", "").empty();
      if (ours && entry.contains("fieldsV1")) collect_owned(entry.at("fieldsV1"), live, LeafPath{}, leaves);
    }
  } catch (const json::exception& e) {
    return fail({Reason::Invalid, std::string("metadata.managedFields cannot be read: ") + e.what(), {}, 0});
  }
  return leaves;
}

Leaves desired_leaves(const json& desired) {
  json fields = desired;
  fields.erase("apiVersion");
  fields.erase("kind");
  if (const auto metadata = fields.find("metadata"); metadata != fields.end() && metadata->is_object()) {
    for (const char* identity : {"name", "namespace", "uid"}) metadata->erase(identity);
    if (metadata->empty()) fields.erase(metadata);
  }
  Leaves leaves;
  collect_leaves(fields, LeafPath{}, leaves);
  return leaves;
}

std::string digest(const Leaves& leaves) {
  std::string text;
  for (const auto& [path, value] : leaves) {
    text.append(path).append(1, '\0').append(value).append(1, '\0');
  }
  return xxh3_hex(text);
}

Expected<std::string> owned_digest(const json& live, std::string_view manager) {
  return owned_leaves(live, manager).map([](const Leaves& leaves) { return digest(leaves); });
}

std::string desired_digest(const json& desired) { return digest(desired_leaves(desired)); }

std::string describe_difference(const Leaves& live, const Leaves& desired, std::size_t limit) {
  std::set<std::string> different;
  for (const auto& [path, value] : desired) {
    const auto it = live.find(path);
    if (it == live.end() || it->second != value) different.insert(path);
  }
  for (const auto& [path, value] : live) {
    if (!desired.contains(path)) different.insert(path);
  }
  std::string text;
  std::size_t told = 0;
  for (const auto& path : different) {
    if (told == limit) return text + " and " + std::to_string(different.size() - told) + " more";
    if (told++ > 0) text += ", ";
    text += path;
  }
  return text;
}

}  // namespace fusion::kube
