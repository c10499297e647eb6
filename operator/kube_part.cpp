#include "operator/kube_part.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>
#include <variant>

#include "controllers/bridges/apply.h"
#include "controllers/checkpoints/apply.h"

namespace fusion::op {
namespace {

using controllers::Failure;
using nlohmann::json;

void log_failure(const Log& log, const std::string& did, const std::string& object, const Failure& failure) {
  log.warning("failed",
              {{"action", did}, {"object", object}, {"reason", failure.reason}, {"error", failure.message}});
}

}  // namespace

Children KubePart::observe(const kube::ObjectKey& key, PipelineMemory& memory) const {
  Children children = env_.cluster.children(key);
  memory.own_writes.complete(children, env_.steady());
  for (auto& set : children.stateful_sets) {
    const auto answer = memory.answers.find(set.object.name);
    if (answer != memory.answers.end()) set.object.answer = answer->second;
  }
  for (auto& workload : children.workloads) {
    const auto answer = memory.answers.find(workload.object.name);
    if (answer != memory.answers.end()) workload.object.answer = answer->second;
  }
  return children;
}

std::map<std::string, tl::expected<stages::ObservedWorkload, Failure>> KubePart::observe_refs(
    const api::FusionPipeline& pipeline, const Engines& engines) const {
  std::map<std::string, tl::expected<stages::ObservedWorkload, Failure>> refs;
  for (const auto& stage : pipeline.spec.stages) {
    const auto& ref = stage.workload_ref;
    if (!ref) continue;
    const auto kind = stages::kind_name(ref->api_version, ref->kind);
    if (engines.served.contains(kind) || engines.unlisted.contains(kind)) {
      refs.emplace(stage.name, stages::observe_ref(env_.api, pipeline.metadata.namespace_name, *ref));
      continue;
    }
    refs.emplace(stage.name,
                 tl::unexpected(Failure{"EngineNotInstalled",
                                        "no CustomResourceDefinition of " + ref->kind + " in " +
                                            ref->api_version + " is installed; it is noticed within a minute",
                                        false}));
  }
  return refs;
}

bool KubePart::is_namespace_terminating(const std::string& ns, const Log& log) const {
  const auto found = env_.api.get(kube::resources::namespaces(), {"", ns});
  if (found) return found->value("metadata", json::object()).contains("deletionTimestamp");
  log.debug("cannot see whether the namespace is being deleted", {{"error", found.error().message}});
  return false;
}

void KubePart::work(const api::FusionPipeline& pipeline, const pipeline::Plan& plan, const Children& children,
                    PipelineMemory& memory, const Log& log) const {
  const auto& ns = pipeline.metadata.namespace_name;
  work_on_claims(ns, plan, memory, log);
  const controllers::Owner owner{pipeline.metadata.name, pipeline.metadata.uid};
  std::map<std::string, bool> outcome;  // by bridge: whether all of its actions succeeded
  for (const auto& action : plan.bridges) {
    const auto& bridge = bridges::bridge_of(action);
    if (std::holds_alternative<bridges::DeleteGroup>(action)) continue;
    if (!outcome.contains(bridge) && !memory.bridge_failures.may_try(bridge, env_.steady())) continue;
    auto& succeeded = outcome.try_emplace(bridge, true).first->second;
    if (!succeeded) continue;
    const auto applied = bridges::apply(env_.api, ns, owner, action);
    if (applied.failure) {
      succeeded = false;
      log_failure(log, applied.did, applied.object, *applied.failure);
      memory.bridge_failures.failed(bridge, *applied.failure, env_.steady());
      continue;
    }
    log.info(applied.did, {{"bridge", bridge}, {"object", applied.object}, {"why", applied.detail}});
    remember(applied, children, memory);
  }
  for (const auto& [bridge, succeeded] : outcome) {
    if (succeeded) memory.bridge_failures.succeeded(bridge);
  }
  work_on_stages(pipeline, plan, children, memory, log);
}

void KubePart::work_on_stages(const api::FusionPipeline& pipeline, const pipeline::Plan& plan,
                              const Children& children, PipelineMemory& memory, const Log& log) const {
  const auto& ns = pipeline.metadata.namespace_name;
  const controllers::Owner owner{pipeline.metadata.name, pipeline.metadata.uid};
  std::map<std::string, bool> outcome;  // by stage: whether all of its actions succeeded
  for (const auto& action : plan.stages) {
    const auto& stage = stages::stage_of(action);
    if (!outcome.contains(stage) && !memory.stage_failures.may_try(stage, env_.steady())) continue;
    auto& succeeded = outcome.try_emplace(stage, true).first->second;
    if (!succeeded) continue;
    const auto applied = stages::apply(env_.api, ns, owner, action);
    if (applied.failure) {
      succeeded = false;
      log_failure(log, applied.did, applied.object, *applied.failure);
      memory.stage_failures.failed(stage, *applied.failure, env_.steady());
      continue;
    }
    log.info(applied.did, {{"stage", stage}, {"object", applied.object}, {"why", applied.detail}});
    remember(applied, children, memory);
  }
  for (const auto& [stage, succeeded] : outcome) {
    if (succeeded) memory.stage_failures.succeeded(stage);
  }
}

void KubePart::work_on_claims(const std::string& ns, const pipeline::Plan& plan, PipelineMemory& memory,
                              const Log& log) const {
  for (const auto& action : plan.claims) {
    const auto& claim = checkpoints::claim_of(action);
    if (!memory.claim_failures.may_try(claim, env_.steady())) continue;
    static constexpr const char* kDid[] = {"claim grown", "claim deleted", "claim created"};
    const std::string did = kDid[action.index()];
    if (auto failure = checkpoints::apply(env_.api, ns, action)) {
      log_failure(log, did, claim, *failure);
      memory.claim_failures.failed(claim, std::move(*failure), env_.steady());
    } else {
      log.info(did, {{"object", claim}});
      memory.claim_failures.succeeded(claim);
    }
  }
}

void KubePart::remember(const bridges::Applied& applied, const Children& children,
                        PipelineMemory& memory) const {
  if (applied.config_map)
    memory.own_writes.wrote({*applied.config_map, applied.resource_version}, env_.steady());
  if (!applied.stateful_set) return;
  std::string previous_version;
  for (const auto& set : children.stateful_sets) {
    if (set.object.name == applied.object) previous_version = set.resource_version;
  }
  if (applied.stateful_set->answer) memory.answers[applied.object] = *applied.stateful_set->answer;
  memory.own_writes.wrote(previous_version, {*applied.stateful_set, applied.resource_version}, env_.steady());
}

void KubePart::remember(const stages::Applied& applied, const Children& children,
                        PipelineMemory& memory) const {
  if (applied.config_map)
    memory.own_writes.wrote({*applied.config_map, applied.resource_version}, env_.steady());
  if (!applied.workload) return;
  std::string previous_version;
  for (const auto& workload : children.workloads) {
    if (workload.object.name == applied.object) previous_version = workload.resource_version;
  }
  if (applied.workload->answer) memory.answers[applied.object] = *applied.workload->answer;
  memory.own_writes.wrote(previous_version, {*applied.workload, applied.resource_version}, env_.steady());
}

}  // namespace fusion::op
