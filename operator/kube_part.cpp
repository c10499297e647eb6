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
  return children;
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
}

void KubePart::work_on_claims(const std::string& ns, const pipeline::Plan& plan, PipelineMemory& memory,
                              const Log& log) const {
  for (const auto& action : plan.claims) {
    const auto& claim = checkpoints::claim_of(action);
    if (!memory.claim_failures.may_try(claim, env_.steady())) continue;
    const std::string did =
        std::holds_alternative<checkpoints::GrowClaim>(action) ? "claim grown" : "claim deleted";
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

}  // namespace fusion::op
