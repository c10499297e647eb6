#include "controllers/child_writer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "api/fusion_pipeline.h"
#include "controllers/failure_of.h"

namespace fusion::controllers {
namespace {

using nlohmann::json;

kube::ObjectKey key_of(const json& object) {
  const auto& metadata = object.at("metadata");
  return {metadata.value("namespace", ""), metadata.value("name", "")};
}

/// The owner reference with `controller: true`, null if there is none.
json controller_of(const json& object) {
  const json metadata = object.value("metadata", json::object());
  for (const auto& reference : metadata.value("ownerReferences", json::array())) {
    if (reference.value("controller", false)) return reference;
  }
  return nullptr;
}

Failure name_conflict(const kube::ResourceType& type, const kube::ObjectKey& key, const json& controller,
                      const Owner& owner) {
  const std::string object = type.kind + " " + kube::to_string(key);
  if (controller.is_null()) {
    return {
        "NameConflict",
        object + " exists and does not belong to this pipeline: delete it or rename it, it is left as it is",
        true};
  }
  const std::string kind = controller.value("kind", "");
  const std::string name = controller.value("name", "");
  if (kind == api::kKind && name == owner.name) {
    return {
        "NameConflict",
        object + " still belongs to a deleted pipeline of the same name: waiting until it has been removed",
        false};
  }
  return {"NameConflict",
          object + " exists and belongs to " + kind + " " + name +
              ": delete it or rename it there, it is left as it is",
          true};
}

bool has_uid(kube::Api& api, const kube::ResourceType& type, const kube::ObjectKey& key,
             const std::string& uid) {
  const auto found = api.get(type, key);
  return found && found->value("metadata", json::object()).value("uid", "") == uid;
}

}  // namespace

tl::expected<json, Failure> create_child(kube::Api& api, const kube::ResourceType& type, const json& body,
                                         const Owner& owner) {
  auto created = api.create(type, body);
  if (created) return std::move(*created);
  if (created.error().reason != kube::Reason::AlreadyExists)
    return tl::unexpected(failure_of(created.error()));
  const auto key = key_of(body);
  const auto found = api.get(type, key);
  if (!found) return tl::unexpected(failure_of(found.error()));
  const json controller = controller_of(*found);
  if (controller.is_null() || controller.value("uid", "") != owner.uid) {
    return tl::unexpected(name_conflict(type, key, controller, owner));
  }
  const auto& metadata = found->at("metadata");
  if (metadata.contains("deletionTimestamp")) {
    return tl::unexpected(Failure{
        "Terminating", type.kind + " " + kube::to_string(key) + " is being deleted: it is created anew then",
        false});
  }
  return apply_child(api, type, body, metadata.value("uid", ""));
}

tl::expected<json, Failure> apply_child(kube::Api& api, const kube::ResourceType& type, json body,
                                        const std::string& uid) {
  body["metadata"]["uid"] = uid;
  auto applied = api.apply(type, body);
  if (applied) return std::move(*applied);
  const auto& error = applied.error();
  // A wrong UID is answered like any other invalid object.
  const bool may_be_another = error.reason == kube::Reason::Invalid || error.reason == kube::Reason::Conflict;
  if (may_be_another && !has_uid(api, type, key_of(body), uid)) {
    return tl::unexpected(Failure{
        "Superseded", type.kind + " " + kube::to_string(key_of(body)) + " was replaced meanwhile", false});
  }
  return tl::unexpected(failure_of(error));
}

tl::expected<void, Failure> delete_child(kube::Api& api, const kube::ResourceType& type,
                                         const kube::ObjectKey& key, const std::string& uid,
                                         kube::Propagation propagation, const std::string& resource_version) {
  const auto deleted = api.delete_object(type, key, {uid, resource_version, propagation});
  if (deleted) return {};
  const auto reason = deleted.error().reason;
  if (reason == kube::Reason::Conflict && !resource_version.empty()) {
    return tl::unexpected(Failure{
        "Superseded",
        type.kind + " " + kube::to_string(key) + " has changed meanwhile: it is looked at again", false});
  }
  if (reason == kube::Reason::NotFound || reason == kube::Reason::Conflict) return {};
  return tl::unexpected(failure_of(deleted.error()));
}

}  // namespace fusion::controllers
