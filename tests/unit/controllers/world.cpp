#include "tests/unit/controllers/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "api/engine_kinds.h"
#include "api/status_json.h"
#include "contract/bridge_config.h"
#include "controllers/bridges/child_name.h"
#include "controllers/children.h"
#include "controllers/stages/order.h"
#include "controllers/stages/render.h"
#include "controllers/topics/claims.h"

namespace fusion::test {
namespace {

using nlohmann::json;
using topics::ObservedTopic;

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};

void expect(bool condition, const std::string& what) {
  if (!condition) throw std::logic_error("refused by the world: " + what);
}

}  // namespace

World::World(const api::FusionPipeline& pipeline) : pipeline(pipeline) {
  for (const auto& kind : api::engine_kinds()) {
    const auto api_version = std::string(kind.group) + "/" + std::string(kind.version);
    served.insert(stages::kind_name(api_version, kind.kind));
  }
}

pipeline::Observed World::observe() const {
  pipeline::Observed observed;
  observed.secrets = secrets;
  observed.may_roll = may_roll;
  if (kafka_down) {
    observed.topics = a_kafka().down();
  } else {
    observed.topics.cluster_id = kCluster;
    observed.topics.transaction_max_timeout_ms = 900'000;
    for (const auto& name : topics::topics_to_observe(pipeline, options)) {
      const auto found = topics.find(name);
      observed.topics.topics[name].state = ObservedTopic::State::kAbsent;
      if (found != topics.end()) observed.topics.topics[name] = found->second;
    }
    auto wanted = bridges::groups_to_observe(pipeline, options);
    for (auto& group : stages::groups_to_observe(pipeline, options)) wanted.push_back(std::move(group));
    for (const auto& group : wanted) {
      const auto found = groups.find(group.group);
      observed.bridges.groups[group.reader] =
          found == groups.end() ? bridges::ObservedGroup{} : found->second;
    }
  }
  observed.topics.claims = other_claims;
  for (auto& claim : topics::claims_of(pipeline, kCluster)) observed.topics.claims.push_back(claim);
  for (const auto& [name, set] : sets)
    observed.bridges.stateful_sets.push_back(bridges::project_stateful_set(set));
  for (const auto& [name, map] : config_maps)
    observed.bridges.config_maps.push_back(bridges::project_config_map(map));
  for (const auto& [name, pod] : pods) observed.bridges.pods.push_back(pod);
  for (const auto& [name, claim] : claims) observed.claims.push_back(claim);
  for (const auto& [name, workload] : workloads)
    observed.stages.workloads.push_back(stages::project_workload(workload));
  for (const auto& stage : pipeline.spec.stages) {
    if (!stage.workload_ref) continue;
    const auto found = refs.find(stage.workload_ref->name);
    if (found == refs.end()) {
      observed.stages.refs.emplace(
          stage.name, tl::unexpected(controllers::Failure{"WorkloadNotFound", "there is none", false}));
    } else {
      observed.stages.refs.emplace(stage.name, stages::project_workload(found->second));
    }
  }
  observed.stages.served = served;
  observed.stages.failures = stage_failures;
  if (answers_are_new) observed.stages.settled = stages::at_rest(pipeline, observed.stages, observed.bridges);
  observed.stages.nodes = nodes;
  observed.bridges.paces = paces;
  observed.bridges.grown_over = grown_over;
  observed.bridges.failures = failures;
  observed.bridges.fresh_positions = fresh_positions;
  return observed;
}

pipeline::Plan World::plan() const { return pipeline::plan(pipeline, observe(), options, now); }

bool World::reconcile(std::optional<int> die_before) {
  const auto plan = this->plan();
  int writes = 0;
  const auto alive = [&] { return !die_before || writes++ < *die_before; };
  auto& finalizers = pipeline.metadata.finalizers;
  if (plan.add_finalizer && alive()) finalizers.push_back(api::kFinalizer);
  for (const auto& action : plan.topics) {
    if (alive()) apply(action);
  }
  for (const auto& action : plan.claims) {
    if (alive()) apply(action);
  }
  for (const auto& action : plan.bridges) {
    if (alive()) apply(action);
  }
  for (const auto& action : plan.stages) {
    if (alive()) apply(action);
  }
  if (plan.remove_finalizer && alive()) {
    expect(!pipeline.metadata.deletion_timestamp || plan.topics.empty(), "the finalizer goes last");
    finalizers.clear();
    gone = pipeline.metadata.deletion_timestamp.has_value();
  }
  const auto status = api::merge_status(pipeline.status, plan.status, now);
  const bool reports = status != pipeline.status;
  if (reports && alive()) pipeline.status = status;
  const bool busy = plan.add_finalizer || plan.remove_finalizer || !plan.topics.empty() ||
                    !plan.claims.empty() || !plan.bridges.empty() || !plan.stages.empty() || reports;
  settle();
  return busy;
}

void World::converge() {
  for (int i = 0; i < 30; ++i) {
    if (!reconcile() || gone) return;
  }
  const auto plan = this->plan();
  FAIL() << "not at rest after 30 reconciles: " << plan.topics.size() << " topics', " << plan.claims.size()
         << " claims', " << plan.bridges.size() << " bridges', " << plan.stages.size() << " stages' actions; "
         << plan.status.message;
}

void World::apply(const topics::Action& action) {
  std::visit(Overloaded{
                 [&](const topics::CreateTopic& a) {
                   log.push_back("CreateTopic " + a.topic);
                   expect(!topics.contains(a.topic), "topic " + a.topic + " exists");
                   auto& topic = topics[a.topic];
                   topic.state = ObservedTopic::State::kFound;
                   topic.topic_id = new_uid();
                   topic.partitions = a.partitions;
                   topic.replication_factor = a.replication_factor < 0 ? 3 : a.replication_factor;
                   topic.min_insync_replicas = 2;
                   topic.unclean_leader_election = false;
                   topic.config = a.config;
                 },
                 [&](const topics::AddPartitions& a) {
                   log.push_back("AddPartitions " + a.topic);
                   expect(topics.at(a.topic).partitions < a.total, "partitions only grow");
                   topics.at(a.topic).partitions = a.total;
                 },
                 [&](const topics::SetConfig& a) {
                   log.push_back("SetConfig " + a.topic + " " + a.key);
                   topics.at(a.topic).config[a.key] = a.value;
                 },
                 [&](const topics::ResetConfig& a) {
                   log.push_back("ResetConfig " + a.topic + " " + a.key);
                   topics.at(a.topic).config.erase(a.key);
                 },
                 [&](const topics::DeleteTopic& a) {
                   log.push_back("DeleteTopic " + a.topic);
                   expect(topics.at(a.topic).topic_id == a.topic_id, "another topic");
                   topics.erase(a.topic);
                 },
             },
             action);
}

void World::apply(const checkpoints::Action& action) {
  std::visit(Overloaded{
                 [&](const checkpoints::GrowClaim& a) {
                   log.push_back("GrowClaim " + a.name);
                   expect(claims.at(a.name).uid == a.uid, "another claim");
                   claims.at(a.name).size = a.size;
                 },
                 [&](const checkpoints::DeleteClaim& a) {
                   log.push_back("DeleteClaim " + a.name);
                   expect(claims.at(a.name).uid == a.uid, "another claim");
                   expect(!pods.contains(a.name.substr(6)), "a pod uses claim " + a.name);
                   claims.erase(a.name);
                 },
                 [&](const checkpoints::CreateClaim& a) {
                   log.push_back("CreateClaim " + a.name);
                   expect(!claims.contains(a.name), "claim " + a.name + " exists");
                   auto body = json::parse(a.body);
                   body["metadata"]["uid"] = new_uid();
                   if (!body["spec"].contains("storageClassName"))
                     body["spec"]["storageClassName"] = "standard";
                   claims[a.name] = checkpoints::project_claim(body);
                   claims[a.name].bound = true;
                 },
             },
             action);
}

void World::put_set(const std::string& body, const std::string& uid) {
  auto object = json::parse(body);
  const std::string name = object["metadata"]["name"];
  const auto before = sets.find(name);
  object["metadata"]["uid"] = uid;
  object["metadata"]["generation"] =
      before == sets.end() ? 1 : before->second["metadata"]["generation"].get<int>() + 1;
  object["status"] = before == sets.end() ? json::object() : before->second["status"];
  sets[name] = std::move(object);
}

void World::apply(const bridges::Action& action) {
  std::visit(Overloaded{
                 [&](const bridges::CreateConfigMap& a) {
                   log.push_back("CreateConfigMap " + a.bridge);
                   expect(!config_maps.contains(a.name), "ConfigMap " + a.name + " exists");
                   config_maps[a.name] = json::parse(a.body);
                   config_maps[a.name]["metadata"]["uid"] = new_uid();
                 },
                 [&](const bridges::DeleteConfigMap& a) {
                   log.push_back("DeleteConfigMap " + a.bridge);
                   expect(config_maps.at(a.name)["metadata"]["uid"] == a.uid, "another ConfigMap");
                   config_maps.erase(a.name);
                 },
                 [&](const bridges::CreateStatefulSet& a) {
                   log.push_back("CreateStatefulSet " + a.bridge);
                   expect(!sets.contains(a.name), "StatefulSet " + a.name + " exists");
                   put_set(a.body, new_uid());
                 },
                 [&](const bridges::ApplyStatefulSet& a) {
                   log.push_back("ApplyStatefulSet " + a.bridge);
                   const auto& before = sets.at(a.name);
                   const auto body = json::parse(a.body);
                   expect(before["metadata"]["uid"] == a.uid && body["metadata"]["uid"] == a.uid,
                          "another StatefulSet");
                   expect(before["spec"].value("volumeClaimTemplates", json()) ==
                              body["spec"].value("volumeClaimTemplates", json()),
                          "claim templates are immutable");
                   expect(before["spec"]["selector"] == body["spec"]["selector"], "selectors are immutable");
                   put_set(a.body, a.uid);
                 },
                 [&](const bridges::DeleteStatefulSet& a) {
                   log.push_back("DeleteStatefulSet " + a.bridge);
                   expect(sets.at(a.name)["metadata"]["uid"] == a.uid, "another StatefulSet");
                   sets.at(a.name)["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
                 },
                 [&](const bridges::OrphanStatefulSet& a) {
                   log.push_back("OrphanStatefulSet " + a.bridge);
                   expect(sets.at(a.name)["metadata"]["uid"] == a.uid, "another StatefulSet");
                   sets.erase(a.name);
                   for (auto& [name, pod] : pods) {
                     if (pod.controller_uid == a.uid) pod.controller_uid.clear();
                   }
                 },
                 [&](const bridges::DeletePod& a) {
                   log.push_back("DeletePod " + a.name);
                   expect(pods.at(a.name).uid == a.uid, "another pod");
                   pods.erase(a.name);
                 },
                 [&](const bridges::DeleteGroup& a) {
                   log.push_back("DeleteGroup " + a.group);
                   expect(pods.empty() || pipeline.metadata.deletion_timestamp == std::nullopt,
                          "the group has members");
                   groups.erase(a.group);
                 },
             },
             action);
}

void World::apply(const stages::Action& action) {
  std::visit(Overloaded{
                 [&](const stages::CreateConfigMap& a) {
                   log.push_back("CreateConfigMap " + a.stage);
                   expect(!config_maps.contains(a.name), "ConfigMap " + a.name + " exists");
                   config_maps[a.name] = json::parse(a.body);
                   config_maps[a.name]["metadata"]["uid"] = new_uid();
                 },
                 [&](const stages::DeleteConfigMap& a) {
                   log.push_back("DeleteConfigMap " + a.stage);
                   expect(config_maps.at(a.name)["metadata"]["uid"] == a.uid, "another ConfigMap");
                   config_maps.erase(a.name);
                 },
                 [&](const stages::CreateWorkload& a) {
                   log.push_back("CreateWorkload " + a.stage);
                   expect(!workloads.contains(a.name), a.kind + " " + a.name + " exists");
                   auto& workload = workloads[a.name] = json::parse(a.body);
                   workload["metadata"]["uid"] = new_uid();
                   workload["metadata"]["generation"] = 1;
                 },
                 [&](const stages::ApplyWorkload& a) {
                   log.push_back("ApplyWorkload " + a.stage);
                   auto& workload = workloads.at(a.name);
                   auto body = json::parse(a.body);
                   expect(workload["metadata"]["uid"] == a.uid && body["metadata"]["uid"] == a.uid,
                          "another workload");
                   body["metadata"]["generation"] = workload["metadata"]["generation"].get<int>() + 1;
                   body["status"] = workload["status"];
                   workload = std::move(body);
                 },
                 [&](const stages::DeleteWorkload& a) {
                   log.push_back("DeleteWorkload " + a.stage);
                   auto& metadata = workloads.at(a.name)["metadata"];
                   expect(metadata["uid"] == a.uid, "another workload");
                   metadata["deletionTimestamp"] = "2026-01-01T00:00:00Z";
                 },
                 [&](const stages::PatchRef& a) {
                   log.push_back((a.suspend ? "SuspendRef " : "ResumeRef ") + a.stage);
                   auto& object = workloads.contains(a.name) ? workloads.at(a.name) : refs.at(a.name);
                   expect(object["metadata"]["uid"] == a.uid, "another object");
                   object.merge_patch(
                       stages::find_workload_kind(a.api_version, a.kind)->suspension_patch(a.suspend));
                 },
             },
             action);
}

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
  const auto act_upon = [](json& object) {
    auto& status = object["status"];
    if (object["kind"] == "SparkApplication") {
      if (status.is_null()) status = {{"applicationState", {{"state", "RUNNING"}}}};
      return;
    }
    const bool runs = object["spec"]["job"]["state"] == "running";
    const json reconciled = {
        {"spec", object["spec"]},
        {"resource_metadata", {{"metadata", {{"generation", object["metadata"]["generation"]}}}}}};
    status = {{"lifecycleState", runs ? "STABLE" : "SUSPENDED"},
              {"jobStatus", {{"state", runs ? "RUNNING" : "FINISHED"}}},
              {"reconciliationStatus", {{"lastReconciledSpec", reconciled.dump()}, {"state", "DEPLOYED"}}}};
    if (!runs) status["jobStatus"]["savepointInfo"]["lastSavepoint"]["location"] = "file:/state/savepoint-1";
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

json World::end_state() const {
  json state;
  for (const auto& [name, topic] : topics) {
    state["topics"][name] = {topic.partitions, topic.replication_factor, topic.config};
  }
  for (const auto& [name, set] : sets) {
    // Ids are the world's own: a configuration that differs by them alone is the same.
    auto spec = set["spec"];
    for (auto& volume : spec["template"]["spec"]["volumes"]) volume.erase("configMap");
    state["sets"][name] = spec;
  }
  for (const auto& [name, workload] : workloads) state["workloads"].push_back(name);
  state["configMaps"] = config_maps.size();
  for (const auto& [name, claim] : claims) state["claims"][name] = claim.size;
  for (const auto& [name, group] : groups) state["groups"].push_back(name);
  for (const auto& topic : pipeline.status.topics) {
    state["status"]["topics"].push_back(
        {topic.name, topic.managed, topic.created, topic.set_keys, topic.message});
  }
  for (const auto& bridge : pipeline.status.bridges) {
    state["status"]["bridges"].push_back({bridge.name, bridge.from_topic, bridge.to_topic, bridge.state});
  }
  state["finalizers"] = pipeline.metadata.finalizers;
  state["gone"] = gone;
  return state;
}

json& World::workload(const std::string& stage) { return workloads.at(stages::child_name(pipeline, stage)); }

bool World::has_workload(const std::string& stage) const {
  return workloads.contains(stages::child_name(pipeline, stage));
}

void World::complete(const std::string& stage) {
  auto& object = workload(stage);
  if (object["kind"] == "SparkApplication") {
    object["status"]["applicationState"]["state"] = "COMPLETED";
  } else {
    object["status"]["jobStatus"]["state"] = "FINISHED";
  }
  std::erase_if(pods, [&](const auto& pod) { return pod.second.child == object["metadata"]["name"]; });
}

void World::fail(const std::string& stage) {
  auto& object = workload(stage);
  if (object["kind"] == "SparkApplication") {
    object["status"]["applicationState"] = {{"state", "FAILED"}, {"errorMessage", "exit code 3"}};
  } else {
    object["status"]["lifecycleState"] = "FAILED";
    object["status"]["error"] = "exit code 3";
  }
}

const api::StageStatus& World::stage_status(const std::string& stage) const {
  const auto found = std::ranges::find(pipeline.status.stages, stage, &api::StageStatus::name);
  expect(found != pipeline.status.stages.end(), "stage " + stage + " is in status");
  return *found;
}

const json& World::only_set() const {
  expect(sets.size() == 1, "one StatefulSet is expected");
  return sets.begin()->second;
}

std::string World::only_set_name() const {
  expect(sets.size() == 1, "one StatefulSet is expected");
  return sets.begin()->first;
}

}  // namespace fusion::test
