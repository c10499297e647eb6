#include <algorithm>

#include "controllers/bridges/child_name.h"
#include "controllers/children.h"
#include "controllers/stages/render.h"
#include "tests/unit/controllers/world.h"

/// What becomes of the world by the operator's actions.
namespace fusion::test {
namespace {

using nlohmann::json;
using topics::ObservedTopic;

template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};

}  // namespace

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

}  // namespace fusion::test
