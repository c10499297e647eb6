// Projections read what the API server serves, and other people's objects: every field may be missing or odd.
#include <nlohmann/json.hpp>

#include "controllers/bridges/observed_bridge.h"
#include "controllers/children.h"

namespace fusion::bridges {
namespace {

using Json = nlohmann::json;

const Json kMissing;

const Json& at(const Json& object, const char* pointer) {
  const Json::json_pointer path(pointer);
  return object.contains(path) ? object.at(path) : kMissing;
}

std::string text(const Json& value) { return value.is_string() ? value.get<std::string>() : std::string(); }

std::string text(const Json& object, const char* pointer) { return text(at(object, pointer)); }

std::int64_t number(const Json& object, const char* pointer) {
  const auto& value = at(object, pointer);
  return value.is_number_integer() ? value.get<std::int64_t>() : 0;
}

int small_number(const Json& object, const char* pointer) {
  return static_cast<int>(number(object, pointer));
}

std::string named(const Json& object, const char* pointer, const char* name) {
  const auto& map = at(object, pointer);
  const auto found = map.find(name);
  return map.is_object() && found != map.end() ? text(*found) : std::string();
}

std::string label(const Json& object, const char* name) { return named(object, "/metadata/labels", name); }

std::string controller_uid(const Json& object) {
  for (const auto& owner : at(object, "/metadata/ownerReferences")) {
    if (at(owner, "/controller") == true) return text(owner, "/uid");
  }
  return {};
}

bool is_terminating(const Json& object) { return at(object, "/metadata/deletionTimestamp").is_string(); }

std::string mounted_config_map(const Json& object) {
  for (const auto& volume : at(object, "/spec/template/spec/volumes")) {
    if (text(volume, "/name") == "config") return text(volume, "/configMap/name");
  }
  return {};
}

std::optional<api::Volume> claimed_volume(const Json& object) {
  for (const auto& claim : at(object, "/spec/volumeClaimTemplates")) {
    if (text(claim, "/metadata/name") != "state") continue;
    api::Volume volume;
    volume.size = text(claim, "/spec/resources/requests/storage");
    if (const auto& name = at(claim, "/spec/storageClassName"); name.is_string())
      volume.storage_class_name = text(name);
    for (const auto& mode : at(claim, "/spec/accessModes")) volume.access_modes.push_back(text(mode));
    return volume;
  }
  return std::nullopt;
}

/// The scheduler's or the kubelet's word on why a pod does not run.
void explain(const Json& object, ObservedPod& pod) {
  for (const auto& condition : at(object, "/status/conditions")) {
    if (text(condition, "/type") == "Ready") pod.ready = text(condition, "/status") == "True";
    if (text(condition, "/type") == "PodScheduled" && text(condition, "/reason") == "Unschedulable") {
      pod.trouble = "Unschedulable";
      pod.message = text(condition, "/message");
    }
  }
  for (const auto& container : at(object, "/status/containerStatuses")) {
    const auto waiting = text(container, "/state/waiting/reason");
    if (waiting.empty() || waiting == "ContainerCreating" || waiting == "PodInitializing") continue;
    pod.trouble = waiting;
    pod.message = text(container, "/lastState/terminated/message");
    if (pod.message.empty()) pod.message = text(container, "/state/waiting/message");
  }
}

}  // namespace

std::string fields_of(const Json& stateful_set) {
  return Json{{"metadata",
               {{"labels", at(stateful_set, "/metadata/labels")},
                {"annotations", at(stateful_set, "/metadata/annotations")},
                {"ownerReferences", at(stateful_set, "/metadata/ownerReferences")}}},
              {"spec", at(stateful_set, "/spec")}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

ObservedStatefulSet project_stateful_set(const Json& object) {
  ObservedStatefulSet set;
  set.name = text(object, "/metadata/name");
  set.uid = text(object, "/metadata/uid");
  set.controller_uid = controller_uid(object);
  set.pipeline = label(object, controllers::kPipelineLabel);
  set.terminating = is_terminating(object);
  set.hash = named(object, "/metadata/annotations", controllers::kHashAnnotation);
  set.inputs = named(object, "/metadata/annotations", controllers::kInputsAnnotation);
  set.fields = fields_of(object);
  set.generation = number(object, "/metadata/generation");
  set.observed_generation = number(object, "/status/observedGeneration");
  set.replicas = small_number(object, "/spec/replicas");
  set.status_replicas = small_number(object, "/status/replicas");
  set.ready_replicas = small_number(object, "/status/readyReplicas");
  set.updated_replicas = small_number(object, "/status/updatedReplicas");
  set.config_map = mounted_config_map(object);
  set.volume = claimed_volume(object);
  return set;
}

ObservedConfigMap project_config_map(const Json& object) {
  ObservedConfigMap map;
  map.name = text(object, "/metadata/name");
  map.uid = text(object, "/metadata/uid");
  map.controller_uid = controller_uid(object);
  map.child = label(object, controllers::kChildLabel);
  map.config = named(object, "/data", "bridge.json");
  map.terminating = is_terminating(object);
  return map;
}

ObservedPod project_pod(const Json& object) {
  ObservedPod pod;
  pod.name = text(object, "/metadata/name");
  pod.uid = text(object, "/metadata/uid");
  pod.controller_uid = controller_uid(object);
  pod.child = label(object, controllers::kChildLabel);
  pod.terminating = is_terminating(object);
  explain(object, pod);
  return pod;
}

}  // namespace fusion::bridges
