#include "tests/unit/kube/in_memory_api.h"

namespace fusion::kube::testing {
namespace {

using nlohmann::json;

ObjectKey key_of(const json& object) {
  const auto& metadata = object.at("metadata");
  return {metadata.value("namespace", ""), metadata.at("name")};
}

Error error(int status, Reason reason, const ResourceType& type, const ObjectKey& key) {
  return {reason, type.plural + " \"" + to_string(key) + "\": " + std::string(to_string(reason)), {}, status};
}

// FieldsV1 of everything in `object`, lists taken as a whole.
json fields_of(const json& object) {
  json fields = json::object();
  for (const auto& [name, value] : object.items()) {
    fields["f:" + name] = value.is_object() ? fields_of(value) : json::object();
  }
  return fields;
}

bool matches(const json& object, const std::string& selector) {
  for (std::size_t at = 0; at < selector.size();) {
    const auto end = std::min(selector.find(',', at), selector.size());
    const auto term = selector.substr(at, end - at);
    const auto labels = object["metadata"].value("labels", json::object());
    if (labels.value(term.substr(0, term.find('=')), "") != term.substr(term.find('=') + 1)) return false;
    at = end + 1;
  }
  return true;
}

}  // namespace

json InMemoryApi::put(const ResourceType& type, const json& object) {
  const std::lock_guard lock(mutex_);
  return store(type, key_of(object), object, /*spec_changed=*/true);
}

json InMemoryApi::find(const ResourceType& type, const ObjectKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto objects = objects_.find(type.plural);
  if (objects == objects_.end()) return nullptr;
  const auto it = objects->second.find(key);
  return it == objects->second.end() ? json() : it->second;
}

std::vector<std::string> InMemoryApi::writes() const {
  const std::lock_guard lock(mutex_);
  return writes_;
}

void InMemoryApi::forget_writes() {
  const std::lock_guard lock(mutex_);
  writes_.clear();
}

void InMemoryApi::fail_next(const std::string& verb, const std::string& plural, Error error) {
  const std::lock_guard lock(mutex_);
  failures_[verb + " " + plural].push_back(std::move(error));
}

void InMemoryApi::stop_serving(const ResourceType& type) {
  const std::lock_guard lock(mutex_);
  not_served_.insert(type.plural);
}

Expected<json> InMemoryApi::get(const ResourceType& type, const ObjectKey& key) {
  const std::lock_guard lock(mutex_);
  if (auto failure = planned_failure("get", type.plural)) return fail(*failure);
  const auto* object = object_at(type, key);
  if (object == nullptr) return fail(error(404, Reason::NotFound, type, key));
  return *object;
}

Expected<ListPage> InMemoryApi::list(const ResourceType& type, const std::string& ns,
                                     const ListOptions& options, std::stop_token) {
  const std::lock_guard lock(mutex_);
  if (auto failure = planned_failure("list", type.plural)) return fail(*failure);
  ListPage page;
  page.resource_version = std::to_string(next_version_);
  for (const auto& [key, object] : objects_[type.plural]) {
    if ((ns.empty() || key.ns == ns) && matches(object, options.label_selector)) page.items.push_back(object);
  }
  return page;
}

Expected<void> InMemoryApi::watch(const ResourceType& type, const std::string&, const WatchOptions&,
                                  const std::function<bool(std::string_view line)>&, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop, [] { return false; });
  return fail({Reason::Cancelled, "watch " + type.plural + ": stopped", {}, 0});
}

Expected<json> InMemoryApi::create(const ResourceType& type, const json& object) {
  const std::lock_guard lock(mutex_);
  const auto key = key_of(object);
  if (auto failure = planned_failure("create", type.plural)) return fail(*failure);
  if (object_at(type, key) != nullptr) return fail(error(409, Reason::AlreadyExists, type, key));
  log("create", type, key);
  return store(type, key, object, /*spec_changed=*/true);
}

Expected<json> InMemoryApi::apply(const ResourceType& type, const json& object, bool) {
  const std::lock_guard lock(mutex_);
  const auto key = key_of(object);
  if (auto failure = planned_failure("apply", type.plural)) return fail(*failure);
  auto* live = object_at(type, key);
  const auto uid = object["metadata"].value("uid", "");
  if (live == nullptr && !uid.empty()) return fail(error(409, Reason::Conflict, type, key));
  if (live != nullptr && !uid.empty() && uid != (*live)["metadata"]["uid"]) {
    return fail(error(422, Reason::Conflict, type, key));
  }
  log("apply", type, key);
  json applied = live == nullptr ? json::object() : *live;
  for (const auto& [name, value] : object.items()) {
    if (name != "metadata") applied[name] = value;
  }
  applied["metadata"].merge_patch(object["metadata"]);
  json fields = fields_of(object);
  for (const char* identity : {"f:apiVersion", "f:kind"}) fields.erase(identity);
  for (const char* identity : {"f:name", "f:namespace", "f:uid"}) fields["f:metadata"].erase(identity);
  applied["metadata"]["managedFields"] = json::array({{{"manager", kFieldManager},
                                                       {"operation", "Apply"},
                                                       {"apiVersion", api_version(type)},
                                                       {"fieldsType", "FieldsV1"},
                                                       {"fieldsV1", fields}}});
  return store(type, key, std::move(applied), /*spec_changed=*/true);
}

Expected<json> InMemoryApi::patch_status(const ResourceType& type, const ObjectKey& key,
                                         const std::string& resource_version, const json& status) {
  const std::lock_guard lock(mutex_);
  if (auto failure = planned_failure("patch-status", type.plural)) return fail(*failure);
  log("patch-status", type, key);
  return patch(type, key, {{"metadata", {{"resourceVersion", resource_version}}}, {"status", status}}, false);
}

Expected<json> InMemoryApi::merge_patch(const ResourceType& type, const ObjectKey& key, const json& changes) {
  const std::lock_guard lock(mutex_);
  if (auto failure = planned_failure("patch", type.plural)) return fail(*failure);
  log("patch", type, key);
  return patch(type, key, changes, changes.contains("spec"));
}

Expected<void> InMemoryApi::delete_object(const ResourceType& type, const ObjectKey& key,
                                          const DeleteOptions& options) {
  const std::lock_guard lock(mutex_);
  if (auto failure = planned_failure("delete", type.plural)) return fail(*failure);
  auto* live = object_at(type, key);
  if (live == nullptr) return fail(error(404, Reason::NotFound, type, key));
  auto& metadata = (*live)["metadata"];
  if ((!options.uid.empty() && options.uid != metadata["uid"]) ||
      (!options.resource_version.empty() && options.resource_version != metadata["resourceVersion"])) {
    return fail(error(409, Reason::Conflict, type, key));
  }
  log("delete", type, key);
  if (metadata.value("finalizers", json::array()).empty()) {
    objects_[type.plural].erase(key);
  } else if (!metadata.contains("deletionTimestamp")) {
    metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    metadata["resourceVersion"] = std::to_string(next_version_++);
  }
  return {};
}

Expected<bool> InMemoryApi::serves(const ResourceType& type) {
  const std::lock_guard lock(mutex_);
  if (auto failure = planned_failure("discover", type.plural)) return fail(*failure);
  return !not_served_.contains(type.plural);
}

Expected<std::string> InMemoryApi::server_version() { return "v1.34.4"; }

std::optional<Error> InMemoryApi::planned_failure(const std::string& verb, const std::string& plural) {
  auto& failures = failures_[verb + " " + plural];
  if (failures.empty()) return std::nullopt;
  auto failure = failures.front();
  failures.pop_front();
  return failure;
}

void InMemoryApi::log(const std::string& verb, const ResourceType& type, const ObjectKey& key) {
  writes_.push_back(verb + " " + type.plural + " " + to_string(key));
}

json* InMemoryApi::object_at(const ResourceType& type, const ObjectKey& key) {
  auto& objects = objects_[type.plural];
  const auto it = objects.find(key);
  return it == objects.end() ? nullptr : &it->second;
}

json& InMemoryApi::store(const ResourceType& type, const ObjectKey& key, json object, bool spec_changed) {
  auto& metadata = object["metadata"];
  if (const auto* live = object_at(type, key); live != nullptr && !metadata.contains("uid")) {
    metadata["uid"] = (*live)["metadata"]["uid"];
  }
  if (!metadata.contains("uid")) metadata["uid"] = "uid-" + std::to_string(next_version_);
  if (!metadata.contains("creationTimestamp")) metadata["creationTimestamp"] = "2026-01-01T00:00:00Z";
  auto& stored = objects_[type.plural][key];
  const bool same_spec =
      stored.is_object() && stored.value("spec", json()) == object.value("spec", json()) && !stored.empty();
  const int generation = stored.is_object() ? stored["metadata"].value("generation", 0) : 0;
  metadata["generation"] = generation + (spec_changed && !same_spec ? 1 : 0);
  metadata["resourceVersion"] = std::to_string(next_version_++);
  stored = std::move(object);
  return stored;
}

Expected<json> InMemoryApi::patch(const ResourceType& type, const ObjectKey& key, const json& patch,
                                  bool spec_changes) {
  const auto* live = object_at(type, key);
  if (live == nullptr) return fail(error(404, Reason::NotFound, type, key));
  const auto metadata = patch.value("metadata", json::object());
  for (const char* precondition : {"resourceVersion", "uid"}) {
    if (metadata.contains(precondition) && metadata[precondition] != (*live)["metadata"][precondition]) {
      return fail(error(409, Reason::Conflict, type, key));
    }
  }
  json patched = *live;
  patched.merge_patch(patch);
  json answer = store(type, key, patched, spec_changes);
  const bool goes = patched["metadata"].contains("deletionTimestamp") &&
                    patched["metadata"].value("finalizers", json::array()).empty();
  if (goes) objects_[type.plural].erase(key);
  return answer;
}

}  // namespace fusion::kube::testing
