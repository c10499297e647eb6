#include "operator/topic_users.h"

#include <nlohmann/json.hpp>

namespace fusion::op {
namespace {

using nlohmann::json;

const json* member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() ? nullptr : &*found;
}

std::string text(const json& object, const char* name) {
  const json* value = member(object, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

bool names_topic(const json& pipeline, const char* part, const std::string& topic) {
  const json* parent = member(pipeline, part);
  const json* topics = parent == nullptr ? nullptr : member(*parent, "topics");
  if (topics == nullptr || !topics->is_array()) return false;
  for (const auto& entry : *topics) {
    if (text(entry, "name") == topic) return true;
  }
  return false;
}

}  // namespace

kube::Expected<std::optional<std::string>> other_user_of(
    kube::Api& api, const std::vector<std::string>& namespaces, const std::string& topic,
    const std::string& cluster_id, const std::string& own_uid,
    const std::function<std::string(const kube::ObjectKey&)>& cluster_of) {
  const std::vector<std::string> everywhere{""};
  for (const auto& ns : namespaces.empty() ? everywhere : namespaces) {
    kube::ListOptions options;
    do {
      auto page = api.list(kube::resources::fusion_pipelines(), ns, options);
      if (!page) return kube::fail(page.error());
      for (const auto& pipeline : page->items) {
        const json metadata = pipeline.value("metadata", json::object());
        if (text(metadata, "uid") == own_uid || metadata.contains("deletionTimestamp")) continue;
        if (!names_topic(pipeline, "spec", topic) && !names_topic(pipeline, "status", topic)) continue;
        const kube::ObjectKey key{text(metadata, "namespace"), text(metadata, "name")};
        const auto cluster = cluster_of(key);
        if (cluster.empty() || cluster == cluster_id) return std::optional(kube::to_string(key));
      }
      options.continue_token = page->continue_token;
    } while (!options.continue_token.empty());
  }
  return std::optional<std::string>();
}

}  // namespace fusion::op
