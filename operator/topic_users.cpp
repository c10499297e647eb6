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

std::int64_t number(const json& object, const char* name) {
  const json* value = member(object, name);
  return value != nullptr && value->is_number_integer() ? value->get<std::int64_t>() : -1;
}

void add_topics_of(const json& pipeline, const char* part, std::set<std::string>& topics) {
  const json* parent = member(pipeline, part);
  const json* entries = parent == nullptr ? nullptr : member(*parent, "topics");
  if (entries == nullptr || !entries->is_array()) return;
  for (const auto& entry : *entries) topics.insert(text(entry, "name"));
}

std::set<std::string> topics_of(const json& pipeline) {
  std::set<std::string> topics;
  add_topics_of(pipeline, "spec", topics);
  add_topics_of(pipeline, "status", topics);
  return topics;
}

/// Whether the operator has looked at the spec as it is now: a paused pipeline may have been pointed at
/// another Kafka since.
bool is_current(const json& pipeline, const json& metadata) {
  const json* status = member(pipeline, "status");
  return status != nullptr && number(*status, "observedGeneration") == number(metadata, "generation");
}

}  // namespace

kube::Expected<std::map<std::string, std::string>> other_users_of(
    kube::Api& api, const std::vector<std::string>& namespaces, const std::set<std::string>& topics,
    const std::string& cluster_id, const std::string& own_uid,
    const std::function<std::string(const kube::ObjectKey&)>& cluster_of) {
  std::map<std::string, std::string> users;
  const auto look_at = [&](const json& pipeline) {
    const json metadata = pipeline.value("metadata", json::object());
    if (text(metadata, "uid") == own_uid || metadata.contains("deletionTimestamp")) return;
    const kube::ObjectKey key{text(metadata, "namespace"), text(metadata, "name")};
    const auto cluster = cluster_of(key);
    if (!cluster.empty() && cluster != cluster_id && is_current(pipeline, metadata)) return;
    for (const auto& topic : topics_of(pipeline)) {
      if (topics.contains(topic)) users.emplace(topic, kube::to_string(key));
    }
  };
  const std::vector<std::string> everywhere{""};
  for (const auto& ns : namespaces.empty() ? everywhere : namespaces) {
    kube::ListOptions options;
    do {
      auto page = api.list(kube::resources::fusion_pipelines(), ns, options);
      if (!page) return kube::fail(page.error());
      for (const auto& pipeline : page->items) look_at(pipeline);
      options.continue_token = page->continue_token;
    } while (!options.continue_token.empty());
  }
  return users;
}

}  // namespace fusion::op
