#include "controllers/pipeline/deletion.h"

#include <algorithm>

namespace fusion::pipeline {
namespace {

using controllers::Failure;

bool has_finalizer(const api::Metadata& metadata) {
  return std::find(metadata.finalizers.begin(), metadata.finalizers.end(), api::kFinalizer) !=
         metadata.finalizers.end();
}

/// What Kafka is asked for needs a connection and, unless it is the operator's own, its Secrets.
std::optional<Failure> connection_trouble(const tl::expected<controllers::Connection, Failure>& connection,
                                          const Observed& observed, const std::string& namespace_name) {
  if (!connection) return connection.error();
  if (connection->is_default) return std::nullopt;
  if (auto checked = controllers::check_secrets(*connection, observed.secrets, namespace_name); !checked) {
    return checked.error();
  }
  return std::nullopt;
}

/// Groups, topics, then volumes; returns what there is to wait for, empty when all is done. Groups go first:
/// a topic takes the positions in it along, and what is left of its group then shows nothing to delete.
std::string clean_up(const api::FusionPipeline& pipeline, const Observed& observed,
                     const controllers::Settings& settings, Plan& plan) {
  const auto connection = controllers::connection_of(pipeline, settings);
  auto known_topics = observed.topics;
  if (auto trouble = connection_trouble(connection, observed, pipeline.metadata.namespace_name)) {
    known_topics.failure = std::move(trouble);
  }
  auto groups = bridges::forget_groups(pipeline, observed.bridges, settings);
  // While Kafka is silent the topics' sentence says why.
  if (!groups.done && !known_topics.failure) {
    plan.bridges = std::move(groups.actions);
    return groups.waiting_for;
  }
  auto topics =
      topics::cleanup(pipeline, known_topics, connection.value_or(controllers::Connection{}), settings);
  plan.kept = std::move(topics.kept);
  if (!topics.done) {
    plan.topics = std::move(topics.actions);
    return topics.waiting_for;
  }
  auto claims = checkpoints::cleanup(pipeline, observed.claims);
  plan.claims = std::move(claims.actions);
  if (!claims.done) return claims.waiting_for;
  plan.bridges = std::move(groups.actions);
  return groups.waiting_for;
}

void give_up(const api::FusionPipeline& pipeline, Plan& plan) {
  plan = Plan{};
  plan.status = pipeline.status;
  plan.remove_finalizer = true;
  for (const auto& topic : pipeline.status.topics) {
    if (topic.created && topic.managed) {
      plan.kept.push_back("topic " + topic.name +
                          " may be left behind: its namespace is terminating and cleaning up took too long");
    }
  }
}

}  // namespace

bool needs_finalizer(const api::FusionPipeline& pipeline) {
  const auto& spec = pipeline.spec;
  if (spec.deletion_policy != api::DeletionPolicy::kDelete) return false;
  const bool manages_topics = std::any_of(spec.topics.begin(), spec.topics.end(), [](const auto& topic) {
    return topic.management == api::Management::kManaged;
  });
  const bool runs_stages = std::any_of(spec.stages.begin(), spec.stages.end(),
                                       [](const auto& stage) { return stage.workload_template.has_value(); });
  const auto& recorded = pipeline.status;
  const bool ran_stages = std::any_of(recorded.stages.begin(), recorded.stages.end(),
                                      [](const auto& stage) { return !stage.workload.empty(); });
  return manages_topics || runs_stages || ran_stages || !spec.bridges.empty() || !recorded.bridges.empty();
}

api::Status waiting_status(const api::FusionPipeline& pipeline, const std::string& waiting_for) {
  auto status = pipeline.status;
  status.observed_generation = pipeline.metadata.generation;
  status.message = "being deleted, waits for " + waiting_for +
                   "; with spec.deletionPolicy: Retain it goes at once and topics and volumes stay";
  std::vector<api::Condition> conditions;
  for (const auto* type : {kReady, kReconciling, kStalled}) {
    api::Condition condition;
    condition.type = type;
    condition.status = type == kReconciling ? api::ConditionStatus::kTrue : api::ConditionStatus::kFalse;
    condition.reason = "Deleting";
    condition.message = status.message;
    condition.observed_generation = pipeline.metadata.generation;
    conditions.push_back(std::move(condition));
  }
  for (const auto& condition : status.conditions) {
    const auto& type = condition.type;
    if (type != kReady && type != kReconciling && type != kStalled) conditions.push_back(condition);
  }
  status.conditions = std::move(conditions);
  return status;
}

Plan plan_deletion(const api::FusionPipeline& pipeline, const Observed& observed,
                   const controllers::Settings& settings, std::chrono::sys_seconds now) {
  Plan plan;
  plan.status = pipeline.status;
  if (!has_finalizer(pipeline.metadata)) return plan;
  if (pipeline.spec.deletion_policy == api::DeletionPolicy::kRetain) {
    plan.remove_finalizer = true;
    return plan;
  }

  auto ended = stages::stop(pipeline, observed.stages, observed.bridges);
  auto stopped = bridges::stop(pipeline, observed.bridges);
  std::string waiting_for = ended.done ? stopped.waiting_for : ended.waiting_for;
  if (!ended.done || !stopped.done) {
    plan.stages = std::move(ended.actions);
    plan.bridges = std::move(stopped.actions);
  } else {
    waiting_for = clean_up(pipeline, observed, settings, plan);
  }
  if (waiting_for.empty()) {
    plan.remove_finalizer = true;
    return plan;
  }

  plan.kept.clear();  // told once, with the finalizer's end
  plan.status = waiting_status(pipeline, waiting_for);
  plan.events = events(pipeline.status.conditions, plan.status.conditions);
  plan.wake_up = settings.status_interval;
  if (observed.namespace_terminating) {
    const auto deadline = *pipeline.metadata.deletion_timestamp + settings.terminating_namespace_patience;
    if (now >= deadline) {
      give_up(pipeline, plan);
    } else {
      plan.wake_up = std::min(*plan.wake_up, deadline - now);
    }
  }
  return plan;
}

}  // namespace fusion::pipeline
