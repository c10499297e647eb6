#include <set>

#include "contract/bridge_config.h"
#include "controllers/bridges/child_name.h"
#include "controllers/stages/state.h"
#include "tests/unit/controllers/world.h"

/// What becomes of the world by itself.
namespace fusion::test {

using nlohmann::json;

void World::settle_workloads() {
  if (!engines_work) return;
  for (auto it = workloads.begin(); it != workloads.end();) {
    if (!it->second["metadata"].contains("deletionTimestamp")) {
      ++it;
      continue;
    }
    std::erase_if(pods, [&](const auto& pod) { return pod.second.child == it->first; });
    it = workloads.erase(it);
  }
  const auto act_upon = [&](json& object) {
    auto& status = object["status"];
    if (object["kind"] == "SparkApplication") {
      if (status.is_null()) status = {{"applicationState", {{"state", "RUNNING"}}}};
      return;
    }
    const bool runs = object["spec"]["job"]["state"] == "running";
    const json reconciled = {
        {"spec", object["spec"]},
        {"resource_metadata", {{"metadata", {{"generation", object["metadata"]["generation"]}}}}}};
    if (status.is_null()) status = json::object();
    const json saved = status.value("/jobStatus/savepointInfo"_json_pointer, json::object());
    const bool stops = !runs && status.value("lifecycleState", "") == "STABLE";
    status = {{"lifecycleState", runs ? "STABLE" : "SUSPENDED"},
              {"jobStatus", {{"state", runs ? "RUNNING" : "FINISHED"}}},
              {"reconciliationStatus", {{"lastReconciledSpec", reconciled.dump()}, {"state", "DEPLOYED"}}}};
    status["jobStatus"]["savepointInfo"] = saved;
    if (stops && object["spec"]["job"].value("upgradeMode", "savepoint") == "savepoint")
      status["jobStatus"]["savepointInfo"]["lastSavepoint"]["location"] =
          "file:/state/savepoint-" + std::to_string(++savepoints_);
  };
  for (auto& [name, object] : refs) act_upon(object);
  for (auto& [name, object] : workloads) {
    const auto state = stages::project_workload(object).observation.state;
    if (state != stages::State::kCompleted && state != stages::State::kFailed) act_upon(object);
    const auto now_is = stages::project_workload(object).observation.state;
    if (now_is != stages::State::kRunning) {
      std::erase_if(pods, [&, child = name](const auto& pod) { return pod.second.child == child; });
      continue;
    }
    auto& pod = pods[name + "-pod"];
    pod.name = name + "-pod";
    pod.child = name;
    if (pod.uid.empty()) pod.uid = new_uid();
    pod.ready = true;
  }
}

void World::settle() {
  settle_workloads();
  for (auto it = sets.begin(); it != sets.end();) {
    if (!it->second["metadata"].contains("deletionTimestamp")) {
      ++it;
      continue;
    }
    const auto uid = it->second["metadata"]["uid"].get<std::string>();
    std::erase_if(pods, [&](const auto& pod) { return pod.second.controller_uid == uid; });
    it = sets.erase(it);
  }
  for (auto& [name, set] : sets) {
    const int replicas = set["spec"]["replicas"];
    const std::string uid = set["metadata"]["uid"];
    std::set<std::string> wanted;
    for (int i = 0; i < replicas; ++i) wanted.insert(name + "-" + std::to_string(i));
    std::erase_if(pods, [&, child = name](const auto& pod) {
      return pod.second.child == child && !wanted.contains(pod.first);
    });
    for (int i = 0; i < replicas; ++i) {
      const auto pod_name = name + "-" + std::to_string(i);
      auto& pod = pods[pod_name];
      if (pod.uid.empty()) pod.uid = new_uid();
      pod.name = pod_name;
      pod.child = name;
      pod.controller_uid = uid;
      pod.ready = pods_start;
      const auto templates = set["spec"].value("volumeClaimTemplates", json::array());
      const auto claim_name = bridges::claim_name(name, i);
      if (templates.empty() || claims.contains(claim_name)) continue;
      const auto& spec = templates[0]["spec"];
      auto& claim = claims[claim_name];
      claim.name = claim_name;
      claim.uid = new_uid();
      claim.child = name;
      claim.size = spec["resources"]["requests"]["storage"];
      claim.storage_class_name = spec.value("storageClassName", "standard");
      claim.access_modes = spec["accessModes"].get<std::vector<std::string>>();
      claim.bound = true;
    }
    set["status"] = {{"observedGeneration", set["metadata"]["generation"]},
                     {"replicas", replicas},
                     {"updatedReplicas", replicas},
                     {"readyReplicas", pods_start ? replicas : 0}};
    // A pod that runs has committed.
    const auto config_map = bridges::project_stateful_set(set).config_map;
    const auto map = config_maps.find(config_map);
    if (map == config_maps.end() || replicas == 0 || !pods_start) continue;
    const auto config = contract::parse_bridge_config(map->second["data"]["bridge.json"].get<std::string>());
    expect(config.has_value(), "a readable configuration");
    groups[config->group].partitions[0].committed = 10;
    groups[config->group].partitions[0].end_offset = 10;
  }
  for (auto& [name, claim] : claims) claim.capacity = claim.size;
}

}  // namespace fusion::test
