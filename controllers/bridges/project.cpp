#include <nlohmann/json.hpp>

#include "controllers/bridges/observed_bridge.h"
#include "controllers/children.h"
#include "controllers/served_object.h"

namespace fusion::bridges {
namespace {

using Json = nlohmann::json;
using namespace controllers::served;

/// What all our children have in common.
template <class Observed>
Observed project_child(const Json& object) {
  Observed child;
  child.name = text(object, "/metadata/name");
  child.uid = text(object, "/metadata/uid");
  child.controller_uid = controller_uid(object);
  child.terminating = is_terminating(object);
  return child;
}

int small_number(const Json& object, const char* pointer) {
  return static_cast<int>(number(object, pointer));
}

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
    if (at(claim, "/spec/storageClassName").is_string())
      volume.storage_class_name = text(claim, "/spec/storageClassName");
    volume.access_modes = texts(claim, "/spec/accessModes");
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
  auto set = project_child<ObservedStatefulSet>(object);
  set.pipeline = label(object, controllers::kPipelineLabel);
  set.hash = annotation(object, controllers::kHashAnnotation);
  set.inputs = annotation(object, controllers::kInputsAnnotation);
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
  auto map = project_child<ObservedConfigMap>(object);
  map.child = label(object, controllers::kChildLabel);
  map.config = text(object, "/data/bridge.json");
  map.of_stage = !label(object, controllers::kStageLabel).empty();
  return map;
}

ObservedPod project_pod(const Json& object) {
  auto pod = project_child<ObservedPod>(object);
  pod.child = label(object, controllers::kChildLabel);
  explain(object, pod);
  return pod;
}

}  // namespace fusion::bridges
