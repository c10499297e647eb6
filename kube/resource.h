#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace fusion::kube {

/// Names one object of some type. `ns` is empty for objects that belong to the whole cluster.
struct ObjectKey {
  std::string ns = {};
  std::string name = {};

  auto operator<=>(const ObjectKey&) const = default;
};

/// "namespace/name", or "name" for an object of the whole cluster.
std::string to_string(const ObjectKey& key);

/// One type of object as the API server serves it.
struct ResourceType {
  std::string group = {};  ///< empty for the core group
  std::string version = {};
  std::string plural = {};  ///< as in paths: "statefulsets"
  std::string kind = {};    ///< as in objects: "StatefulSet"
  bool namespaced = true;

  bool operator==(const ResourceType&) const = default;
};

/// "v1" or "apps/v1": what objects carry in `apiVersion`.
std::string api_version(const ResourceType& type);

/// The collection's path: `/apis/apps/v1/namespaces/demo/statefulsets`; with an empty `ns` that of all
/// namespaces.
std::string collection_path(const ResourceType& type, std::string_view ns);

/// The object's path, percent-encoded, with an optional subresource such as "status".
std::string object_path(const ResourceType& type, const ObjectKey& key, std::string_view subresource = {});

/// The discovery document of the type's group and version: `/api/v1`, `/apis/apps/v1`.
std::string discovery_path(const ResourceType& type);

/// The types that the operator itself works with.
namespace resources {
ResourceType config_maps();
ResourceType secrets();
ResourceType services();
ResourceType pods();
ResourceType namespaces();
ResourceType persistent_volume_claims();
ResourceType stateful_sets();
ResourceType storage_classes();
ResourceType pod_disruption_budgets();
ResourceType leases();
ResourceType events();  ///< of events.k8s.io/v1
ResourceType custom_resource_definitions();
ResourceType fusion_pipelines();
}  // namespace resources

}  // namespace fusion::kube

template <>
struct std::hash<fusion::kube::ObjectKey> {
  std::size_t operator()(const fusion::kube::ObjectKey& key) const noexcept {
    return std::hash<std::string>{}(key.ns) * 31 + std::hash<std::string>{}(key.name);
  }
};
