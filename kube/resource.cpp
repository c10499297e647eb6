#include "kube/resource.h"

namespace fusion::kube {
namespace {

// Names are DNS names nearly always; RBAC objects and bad input are not.
std::string percent_encode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const unsigned char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += static_cast<char>(c);
    } else {
      encoded += '%';
      encoded += kHex[c >> 4];
      encoded += kHex[c & 15];
    }
  }
  return encoded;
}

}  // namespace

std::string to_string(const ObjectKey& key) { return key.ns.empty() ? key.name : key.ns + "/" + key.name; }

std::string api_version(const ResourceType& type) {
  return type.group.empty() ? type.version : type.group + "/" + type.version;
}

std::string discovery_path(const ResourceType& type) {
  return (type.group.empty() ? "/api/" : "/apis/") + api_version(type);
}

std::string collection_path(const ResourceType& type, std::string_view ns) {
  std::string path = discovery_path(type);
  if (type.namespaced && !ns.empty()) path += "/namespaces/" + percent_encode(ns);
  return path + "/" + type.plural;
}

std::string object_path(const ResourceType& type, const ObjectKey& key, std::string_view subresource) {
  std::string path = collection_path(type, key.ns) + "/" + percent_encode(key.name);
  if (!subresource.empty()) path += "/" + std::string(subresource);
  return path;
}

namespace resources {
ResourceType config_maps() { return {"", "v1", "configmaps", "ConfigMap"}; }
ResourceType secrets() { return {"", "v1", "secrets", "Secret"}; }
ResourceType services() { return {"", "v1", "services", "Service"}; }
ResourceType pods() { return {"", "v1", "pods", "Pod"}; }
ResourceType namespaces() { return {"", "v1", "namespaces", "Namespace", false}; }
ResourceType persistent_volume_claims() {
  return {"", "v1", "persistentvolumeclaims", "PersistentVolumeClaim"};
}
ResourceType stateful_sets() { return {"apps", "v1", "statefulsets", "StatefulSet"}; }
ResourceType storage_classes() { return {"storage.k8s.io", "v1", "storageclasses", "StorageClass", false}; }
ResourceType pod_disruption_budgets() {
  return {"policy", "v1", "poddisruptionbudgets", "PodDisruptionBudget"};
}
ResourceType leases() { return {"coordination.k8s.io", "v1", "leases", "Lease"}; }
ResourceType events() { return {"events.k8s.io", "v1", "events", "Event"}; }
ResourceType custom_resource_definitions() {
  return {"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false};
}
ResourceType fusion_pipelines() {
  return {"fusion-operator.io", "v1alpha1", "fusionpipelines", "FusionPipeline"};
}
}  // namespace resources

}  // namespace fusion::kube
