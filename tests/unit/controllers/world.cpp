#include "tests/unit/controllers/world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "api/engine_kinds.h"
#include "api/status_json.h"
#include "controllers/children.h"
#include "controllers/stages/order.h"
#include "controllers/stages/render.h"
#include "controllers/topics/claims.h"

namespace fusion::test {
namespace {

using nlohmann::json;
using topics::ObservedTopic;

}  // namespace

void World::expect(bool condition, const std::string& what) {
  if (!condition) throw std::logic_error("refused by the world: " + what);
}

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
  observed.stages.progress = progress;
  observed.stages.failures = stage_failures;
  observed.claim_failures = claim_failures;
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
