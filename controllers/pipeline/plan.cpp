#include "controllers/pipeline/plan.h"

#include <algorithm>

#include "controllers/bridges/lag.h"
#include "controllers/pipeline/deletion.h"
#include "controllers/stages/order.h"

namespace fusion::pipeline {
namespace {

using controllers::Failure;

constexpr std::chrono::seconds kAtOnce{0};

bool has_finalizer(const api::Metadata& metadata) {
  return std::find(metadata.finalizers.begin(), metadata.finalizers.end(), api::kFinalizer) !=
         metadata.finalizers.end();
}

/// The finalizer is settled first and alone: nothing outside is made before what cleans it up is in place.
bool settle_finalizer(const api::FusionPipeline& pipeline, Plan& plan) {
  const bool needed = needs_finalizer(pipeline);
  const bool there = has_finalizer(pipeline.metadata);
  if (needed == there) return false;
  plan.add_finalizer = needed;
  plan.remove_finalizer = there;
  plan.status = pipeline.status;
  plan.wake_up = kAtOnce;
  return true;
}

struct Parts {
  topics::Plan topics;
  checkpoints::Plan checkpoints;
  bridges::Plan bridges;
  stages::Plan stages;
};

Parts plan_parts(const api::FusionPipeline& pipeline, const Observed& observed,
                 const controllers::Settings& settings, std::chrono::sys_seconds now) {
  Parts parts;
  const auto connection = controllers::connection_of(pipeline, settings);
  std::optional<Failure> trouble;
  if (!connection) {
    trouble = connection.error();
  } else if (auto checked =
                 controllers::check_secrets(*connection, observed.secrets, pipeline.metadata.namespace_name);
             !checked) {
    trouble = checked.error();
  }
  auto known_topics = observed.topics;
  // The operator reaches its default Kafka with credentials of its own: a Secret that the pods lack is theirs
  // alone.
  if (trouble && (!connection || !connection->is_default)) known_topics.failure = trouble;

  parts.topics =
      topics::plan(pipeline, known_topics, connection.value_or(controllers::Connection{}), settings);
  // Bridges that still have to carry what stages sent are suspended after the others.
  const auto draining = stages::draining(pipeline, observed.stages, observed.bridges);
  const auto flowing = stages::with_draining(pipeline, draining);
  parts.stages = stages::plan(pipeline, observed.stages, settings,
                              {.connection = connection ? &*connection : nullptr,
                               .connection_failure = trouble,
                               .kafka_failure = known_topics.failure,
                               .topics = parts.topics,
                               .observed_topics = known_topics,
                               .bridges = observed.bridges,
                               .claims = observed.claims,
                               .draining = draining,
                               .may_roll = observed.may_roll,
                               .now = now});
  parts.checkpoints = checkpoints::plan(flowing, observed.claims, observed.bridges,
                                        {parts.stages.needs_volume, observed.claim_failures});
  parts.bridges = bridges::plan(flowing, observed.bridges, settings,
                                {.connection = connection ? &*connection : nullptr,
                                 .connection_failure = trouble,
                                 .kafka_failure = known_topics.failure,
                                 .cluster_id = known_topics.cluster_id,
                                 .topics = parts.topics,
                                 .observed_topics = known_topics,
                                 .volumes = parts.checkpoints.volumes,
                                 .claims_left = parts.checkpoints.claims_left,
                                 .may_roll = observed.may_roll,
                                 .now = now});
  return parts;
}

std::string fraction(std::size_t ready, std::size_t all) {
  return std::to_string(ready) + "/" + std::to_string(all);
}

/// The sum over all bridges of this pipeline; empty while one of them is not known.
std::string total_lag(const std::vector<api::BridgeStatus>& bridges) {
  std::int64_t total = 0;
  for (const auto& bridge : bridges) {
    if (bridge.state == "Removing") continue;
    if (!bridge.lag_records) return {};
    total += *bridge.lag_records;
  }
  return bridges::short_form(bridges::bucketed(total));
}

/// The largest of all bridges of this pipeline; empty while one of them is not known.
std::string largest_skew(const std::vector<api::BridgeStatus>& bridges) {
  std::optional<std::int64_t> largest;
  for (const auto& bridge : bridges) {
    if (bridge.state == "Removing") continue;
    if (!bridge.skew_seconds) return {};
    largest = std::max(largest.value_or(0), *bridge.skew_seconds);
  }
  return largest ? bridges::short_form(std::chrono::seconds(*largest)) : std::string();
}

/// "profile Completed, alert Running", without the external ones, which nobody sees.
std::string states_of(const std::vector<api::StageStatus>& stages) {
  std::string states;
  for (const auto& stage : stages) {
    if (stage.kind.empty()) continue;
    states += (states.empty() ? "" : ", ") + stage.name + " " + stage.state;
  }
  return states;
}

api::Status make_status(const api::FusionPipeline& pipeline, const Parts& parts) {
  api::Status status;
  status.observed_generation = pipeline.metadata.generation;
  status.conditions = summarize({{parts.topics.ready, parts.topics.stalled},
                                 {parts.checkpoints.ready, parts.checkpoints.stalled},
                                 {parts.bridges.ready, parts.bridges.stalled},
                                 {parts.stages.ready, parts.stages.stalled}},
                                api::is_suspended(pipeline.spec));
  for (auto& condition : status.conditions) condition.observed_generation = pipeline.metadata.generation;
  status.topics = parts.topics.status;
  status.stages = parts.stages.status;
  status.bridges = parts.bridges.status;
  status.checkpoint_volumes = parts.checkpoints.status;
  const auto running = std::count_if(status.bridges.begin(), status.bridges.end(), [](const auto& bridge) {
    return bridge.state == "Running" || bridge.state == "Suspended";
  });
  status.stages_ready =
      fraction(static_cast<std::size_t>(parts.stages.ready_stages), pipeline.spec.stages.size());
  status.stage_states = states_of(status.stages);
  status.bridges_ready = fraction(static_cast<std::size_t>(running), pipeline.spec.bridges.size());
  status.lag = total_lag(status.bridges);
  status.skew = largest_skew(status.bridges);
  status.message = status.conditions.front().message;
  return status;
}

std::optional<std::chrono::seconds> next_look(const api::FusionPipeline& pipeline, const Parts& parts,
                                              const controllers::Settings& settings) {
  if (parts.topics.write_status_first) return kAtOnce;
  std::optional<std::chrono::seconds> next;
  if (!pipeline.spec.topics.empty()) next = settings.kafka_resync;
  if (!parts.bridges.status.empty() && !api::is_suspended(pipeline.spec)) {
    next = std::min(next.value_or(settings.status_interval), settings.status_interval);
  }
  const bool watches_workloads =
      std::any_of(pipeline.spec.stages.begin(), pipeline.spec.stages.end(),
                  [](const auto& stage) { return stage.workload_template || stage.workload_ref; });
  if (watches_workloads) next = std::min(next.value_or(settings.status_interval), settings.status_interval);
  if (const auto& renewal = parts.bridges.next_renewal) next = std::min(next.value_or(*renewal), *renewal);
  return next;
}

api::Status invalid_status(const api::Metadata& metadata, const api::Status& current,
                           const std::vector<api::Problem>& problems) {
  auto status = current;
  status.observed_generation = metadata.generation;
  status.message = api::to_string(problems);
  const auto reason = problems.empty() ? "InvalidSpec" : problems.front().reason;
  api::Condition cause;
  cause.status = api::ConditionStatus::kFalse;
  cause.reason = reason;
  cause.message = status.message;
  auto conditions = summarize({{cause, true}}, false);
  conditions.pop_back();  // no part of its own
  for (auto& condition : conditions) condition.observed_generation = metadata.generation;
  for (const auto& condition : current.conditions) {
    const auto& type = condition.type;
    if (type != kReady && type != kReconciling && type != kStalled) conditions.push_back(condition);
  }
  status.conditions = std::move(conditions);
  return status;
}

}  // namespace

bool is_paused(const api::Metadata& metadata) {
  const auto paused = metadata.annotations.find(api::kPausedAnnotation);
  return paused != metadata.annotations.end() && paused->second == "true";
}

Plan plan(const api::FusionPipeline& pipeline, const Observed& observed,
          const controllers::Settings& settings, std::chrono::sys_seconds now) {
  if (pipeline.metadata.deletion_timestamp) return plan_deletion(pipeline, observed, settings, now);
  Plan plan;
  if (const auto problems = api::validate(pipeline); !problems.empty()) {
    plan.status = invalid_status(pipeline.metadata, pipeline.status, problems);
    plan.events = events(pipeline.status.conditions, plan.status.conditions);
    return plan;
  }
  if (settle_finalizer(pipeline, plan)) return plan;

  auto parts = plan_parts(pipeline, observed, settings, now);
  plan.status = make_status(pipeline, parts);
  plan.events = events(pipeline.status.conditions, plan.status.conditions);
  plan.wake_up = next_look(pipeline, parts, settings);
  plan.look_again = parts.topics.look_again;
  plan.waits_to_roll = parts.bridges.waits_to_roll || parts.stages.waits_to_roll;
  plan.rolling = parts.bridges.rolling || parts.stages.rolling;
  plan.topics = std::move(parts.topics.actions);
  plan.claims = std::move(parts.checkpoints.actions);
  plan.bridges = std::move(parts.bridges.actions);
  plan.stages = std::move(parts.stages.actions);
  plan.renewals = std::move(parts.bridges.renewals);
  return plan;
}

Plan plan_unreadable(const api::FusionPipeline& known, const std::vector<api::Problem>& problems) {
  Plan plan;
  if (!known.metadata.deletion_timestamp) {
    plan.status = invalid_status(known.metadata, known.status, problems);
  } else if (known.spec.deletion_policy == api::DeletionPolicy::kRetain) {
    plan.status = known.status;
    plan.remove_finalizer = has_finalizer(known.metadata);
    return plan;
  } else {
    plan.status = waiting_status(known, "a spec that can be read (" + api::to_string(problems) + ")");
  }
  plan.events = events(known.status.conditions, plan.status.conditions);
  return plan;
}

api::Status paused_status(const api::FusionPipeline& pipeline) {
  auto status = pipeline.status;
  const bool deleted = pipeline.metadata.deletion_timestamp.has_value();
  status.message = std::string(deleted ? "being deleted, and paused" : "paused") + ": the annotation " +
                   api::kPausedAnnotation +
                   " stops reconciling; what runs goes on, and this status is from before. Remove it to "
                   "go on";
  const auto say = [&](const char* type, api::ConditionStatus value) {
    const auto is_it = [&](const auto& condition) { return condition.type == type; };
    auto found = std::find_if(status.conditions.begin(), status.conditions.end(), is_it);
    if (found == status.conditions.end()) found = status.conditions.emplace(found);
    found->type = type;
    found->status = value;
    found->reason = "Paused";
    found->message = status.message;
    found->observed_generation = status.observed_generation;
  };
  say(kReady, api::ConditionStatus::kUnknown);
  say(kReconciling, api::ConditionStatus::kFalse);
  return status;
}

}  // namespace fusion::pipeline
