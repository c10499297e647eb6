#include "kube/managed_fields.h"

namespace fusion::kube {
namespace {

using nlohmann::json;

bool is_entry(const json& entry, std::string_view manager, std::string_view operation) {
  return entry.is_object() && entry.value("manager", "") == manager &&
         entry.value("operation", "") == operation && entry.value("subresource", "").empty() &&
         entry.contains("fieldsV1");
}

// Whether all fields of `part` are in `whole`, both FieldsV1.
bool holds(const json& whole, const json& part) {
  for (const auto& [key, inner] : part.items()) {
    if (key == ".") continue;  // whether the map itself is owned matters to nobody
    const auto it = whole.find(key);
    if (it == whole.end() || (!it->empty() && !holds(*it, inner))) return false;
  }
  return true;
}

}  // namespace

std::optional<Handover> hand_over_to_apply(const json& live, std::string_view manager) {
  const json::json_pointer managed_fields("/metadata/managedFields");
  if (!live.contains(managed_fields)) return std::nullopt;
  const json& entries = live.at(managed_fields);

  json updated = json::object();
  json kept = json::array();
  json* applied = nullptr;
  for (const auto& entry : entries) {
    if (is_entry(entry, manager, "Update")) {
      updated.merge_patch(entry["fieldsV1"]);
    } else {
      kept.push_back(entry);
    }
  }
  for (auto& entry : kept) {
    if (is_entry(entry, manager, "Apply")) applied = &entry;
  }
  if (updated.empty() || applied == nullptr) return std::nullopt;

  Handover handover;
  handover.apply_again = !holds((*applied)["fieldsV1"], updated);
  if (handover.apply_again) (*applied)["fieldsV1"].merge_patch(updated);
  handover.patch = {{"metadata",
                     {{"resourceVersion", live["metadata"]["resourceVersion"]},
                      {"uid", live["metadata"]["uid"]},
                      {"managedFields", std::move(kept)}}}};
  return handover;
}

}  // namespace fusion::kube
