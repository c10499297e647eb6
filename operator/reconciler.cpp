#include "operator/reconciler.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <variant>

#include "controllers/bridges/lag.h"
#include "controllers/stages/order.h"
#include "controllers/stages/stage_progress.h"
#include "operator/stage_figures.h"

namespace fusion::op {
namespace {

using std::chrono::milliseconds;

/// The Secrets that the connection names, read by name.
std::map<std::string, ReadSecret> read_secrets(const Environment& env, const std::string& ns,
                                               const controllers::Connection& connection, const Log& log) {
  std::map<std::string, ReadSecret> secrets;
  for (const auto& need : controllers::needed_secrets(connection)) {
    auto secret = env.secrets.read({ns, need.name});
    if (!secret.problem.empty())
      log.debug("secret not read", {{"secret", need.name}, {"error", secret.problem}});
    secrets.emplace(need.name, std::move(secret));
  }
  return secrets;
}

template <class T>
std::vector<T> objects_of(const std::vector<Known<T>>& known) {
  std::vector<T> objects;
  for (const auto& entry : known) objects.push_back(entry.object);
  return objects;
}

/// Puts what failed before into what was observed, where the plan looks for it.
void add_failures(pipeline::Observed& observed, const PipelineMemory& memory, Failures::Time now) {
  for (const auto& [topic, failure] : memory.topic_failures.all()) {
    auto& seen = observed.topics.topics[topic];
    if (!seen.failure) seen.failure = failure;
    seen.backing_off = !memory.topic_failures.may_try(topic, now);
  }
  auto failures = memory.claim_failures.all();
  for (auto& claim : observed.claims) {
    if (auto found = failures.find(claim.name); found != failures.end()) {
      claim.failure = found->second;
      failures.erase(found);
    }
  }
  observed.claim_failures = std::move(failures);
  observed.bridges.failures = memory.bridge_failures.all();
  observed.stages.failures = memory.stage_failures.all();
}

bool has_failures(const PipelineMemory& memory) {
  return !memory.topic_failures.empty() || !memory.claim_failures.empty() ||
         !memory.bridge_failures.empty() || !memory.stage_failures.empty();
}

/// What nobody wants done any more has no failure.
void forget_unwanted_failures(const pipeline::Plan& plan, PipelineMemory& memory) {
  std::set<std::string> topics, claims, bridges;
  for (const auto& action : plan.topics) topics.insert(topics::topic_of(action));
  for (const auto& topic : plan.status.topics) {
    if (topic.state == api::TopicState::kCreating) topics.insert(topic.name);
  }
  for (const auto& action : plan.claims) claims.insert(checkpoints::claim_of(action));
  for (const auto& action : plan.bridges) bridges.insert(bridges::bridge_of(action));
  memory.topic_failures.keep_only(topics);
  memory.claim_failures.keep_only(claims);
  memory.bridge_failures.keep_only(bridges);
  std::set<std::string> stages;
  for (const auto& action : plan.stages) stages.insert(stages::stage_of(action));
  memory.stage_failures.keep_only(stages);
  std::set<std::string> renewals;
  for (const auto& renewal : plan.renewals) renewals.insert(renewal.bridge);
  memory.renewal_failures.keep_only(renewals);
}

/// Kafka keeps the positions of a group with members by itself.
void note_running(const std::vector<api::BridgeStatus>& bridges, std::chrono::sys_seconds now,
                  PipelineMemory& memory) {
  for (const auto& bridge : bridges) {
    if (bridge.ready_replicas > 0) memory.fresh_positions[bridge.name] = now;
  }
}

/// What was at rest before Kafka was asked for what is known of the groups.
std::set<std::string> settled(const std::set<std::string>& at_rest, const KafkaObservation& kafka,
                              std::chrono::steady_clock::time_point now, PipelineMemory& memory) {
  std::erase_if(memory.at_rest, [&](const auto& entry) { return !at_rest.contains(entry.first); });
  std::set<std::string> names;
  for (const auto& name : at_rest) {
    const auto since = memory.at_rest.try_emplace(name, now).first->second;
    if (kafka.groups_asked_at && *kafka.groups_asked_at > since) names.insert(name);
  }
  return names;
}

bool needs_kafka(const api::FusionPipeline& pipeline) {
  return !pipeline.metadata.deletion_timestamp ||
         pipeline.spec.deletion_policy == api::DeletionPolicy::kDelete;
}

}  // namespace

Reconciler::Reconciler(Environment environment, Log log)
    : env_(std::move(environment)), log_(std::move(log)), kafka_(env_), kube_(env_), status_(env_) {}

Reconciler::~Reconciler() = default;

std::string_view Reconciler::to_string(Result result) {
  switch (result) {
    case Result::kDone:
      return "Done";
    case Result::kParked:
      return "Parked";
    case Result::kConflict:
      return "Conflict";
    case Result::kFailed:
      return "Failed";
  }
  return "Failed";
}

void Reconciler::reconcile(const kube::ObjectKey& key) {
  const auto started = env_.steady();
  const Log log = log_.with({{"pipeline", kube::to_string(key)}, {"reconcile", new_reconcile_id()}});
  const Result result = run(key, log);
  if (result == Result::kConflict || result == Result::kFailed) {
    env_.queue.add_after_failure(key);
  } else {
    env_.queue.forget_failures(key);
  }
  const auto took = env_.steady() - started;
  env_.metrics.count_reconcile(to_string(result), took);
  log.debug("reconciled", {{"result", std::string(to_string(result))},
                           {"took_ms", std::to_string(std::chrono::round<milliseconds>(took).count())}});
}

Reconciler::Result Reconciler::run(const kube::ObjectKey& key, const Log& log) {
  const auto seen = env_.cluster.pipeline(key);
  if (!seen) {
    forget(key);
    return Result::kDone;
  }
  const auto memory = memory_of(key);
  if (memory->uid != seen->pipeline.metadata.uid) {
    *memory = {};
    memory->uid = seen->pipeline.metadata.uid;
  }
  const auto known = memory->own_writes.newest(seen);
  const auto& pipeline = known->pipeline;
  const bool paused = pipeline::is_paused(pipeline.metadata);
  if (paused != std::exchange(memory->paused, paused)) log.info(paused ? "paused" : "goes on");
  if (!paused && known->problems.empty()) return run_plan(key, pipeline, *memory, log);
  if (env_.jobs != nullptr) env_.jobs->follow(key, {});
  pipeline::Plan plan;
  if (paused) {
    plan.status = pipeline::paused_status(pipeline);
  } else {
    plan = pipeline::plan_unreadable(pipeline, known->problems);
    if (plan.remove_finalizer) return change_finalizer(key, pipeline, false, *memory, log);
  }
  WakeUp wake_up;
  return report(key, pipeline, plan, *memory, wake_up, log);
}

Reconciler::Result Reconciler::run_plan(const kube::ObjectKey& key, const api::FusionPipeline& pipeline,
                                        PipelineMemory& memory, const Log& log) {
  const auto setup = env_.setup();
  WakeUp wake_up;
  pipeline::Observed observed;
  KafkaObservation kafka;
  // Before the workloads: a kind that counts as listed has all of them among the children.
  const auto engines = env_.cluster.engines();
  const Children children = kube_.observe(key, memory);
  const auto connection = controllers::connection_of(pipeline, setup->settings);
  if (connection && needs_kafka(pipeline)) {
    const auto secrets = read_secrets(env_, key.ns, *connection, log);
    for (const auto& [name, secret] : secrets) observed.secrets[name] = secret.observed;
    if (!secrets.empty()) wake_up.after(env_.kafka_resync);
    kafka = kafka_.observe(key, pipeline, *connection, secrets, *setup, children, memory, wake_up, log);
  } else {
    KafkaPart::leave(memory);
  }
  if (kafka.first_answer_due) {
    if (wake_up.delay()) env_.queue.add_after(key, *wake_up.delay());
    return Result::kParked;
  }
  for (const auto& concerned : env_.claims.set_cluster(key, kafka.topics.cluster_id))
    env_.queue.add(concerned);
  observed.topics = kafka.topics;
  observed.topics.claims = env_.claims.claims_on(topics::topics_to_observe(pipeline, setup->settings));
  observed.bridges.stateful_sets = objects_of(children.stateful_sets);
  observed.bridges.config_maps = objects_of(children.config_maps);
  observed.bridges.pods = children.pods;
  observed.bridges.groups = kafka.groups;
  observed.bridges.paces = kafka.paces;
  observed.bridges.grown_over = kafka.grown_over;
  observed.bridges.fresh_positions = memory.fresh_positions;
  observed.claims = children.claims;
  observed.stages.workloads = objects_of(children.workloads);
  observed.stages.served = engines.served;
  observed.stages.unlisted = engines.unlisted;
  observed.stages.nodes = engines.nodes;
  observed.stages.refs = kube_.observe_refs(pipeline, engines);
  if (env_.jobs != nullptr)
    observed.stages.progress = env_.jobs->follow(key, stages::progress_urls(pipeline, observed.stages));
  observed.namespace_terminating =
      pipeline.metadata.deletion_timestamp && kube_.is_namespace_terminating(key.ns, log);
  observed.may_roll = env_.rollouts.take(key);

  const auto now = std::chrono::floor<std::chrono::seconds>(env_.wall());
  const auto steady_now = env_.steady();
  memory.topic_failures.start_generation(pipeline.metadata.generation);
  memory.claim_failures.start_generation(pipeline.metadata.generation);
  memory.bridge_failures.start_generation(pipeline.metadata.generation);
  memory.stage_failures.start_generation(pipeline.metadata.generation);
  observed.stages.settled =
      settled(stages::at_rest(pipeline, observed.stages, observed.bridges), kafka, steady_now, memory);
  const auto plan_now = [&] {
    if (!has_failures(memory)) return pipeline::plan(pipeline, observed, setup->settings, now);
    auto known = observed;
    add_failures(known, memory, steady_now);
    return pipeline::plan(pipeline, known, setup->settings, now);
  };
  const bool failed_before = has_failures(memory);
  auto plan = plan_now();
  roll(key, plan);
  if (plan.add_finalizer) return change_finalizer(key, pipeline, true, memory, log);
  forget_unwanted_failures(plan, memory);
  note_running(plan.status.bridges, now, memory);
  kube_.work(pipeline, plan, children, memory, log);
  kafka_.work(key, pipeline, plan, kafka, memory, log);
  if (plan.remove_finalizer) {
    for (const auto& sentence : plan.kept) log.warning("kept", {{"why", sentence}});
    if (observed.namespace_terminating && !plan.kept.empty()) env_.metrics.count_cleanup_given_up();
    return change_finalizer(key, pipeline, false, memory, log);
  }
  if (failed_before || has_failures(memory)) {
    const auto wake = plan.wake_up;
    plan = plan_now();
    plan.wake_up = wake;
  }
  measure(key, pipeline, observed, plan.status);
  for (const auto* failures :
       {&memory.topic_failures, &memory.claim_failures, &memory.bridge_failures, &memory.stage_failures}) {
    // What was due when this began has had its try, or is woken by what it waits for.
    if (const auto next = failures->next_try_after(steady_now)) {
      wake_up.after(std::max(std::chrono::ceil<milliseconds>(*next - env_.steady()), milliseconds(1)));
    }
  }
  return report(key, pipeline, plan, memory, wake_up, log);
}

Reconciler::Result Reconciler::report(const kube::ObjectKey& key, const api::FusionPipeline& pipeline,
                                      const pipeline::Plan& plan, PipelineMemory& memory, WakeUp& wake_up,
                                      const Log& log) {
  const auto result = status_.write(pipeline, plan.status, plan.events, memory, wake_up, log);
  if (result == StatusWriter::Result::kConflict) return Result::kConflict;
  if (result == StatusWriter::Result::kFailed) return Result::kFailed;
  // "At once" is for what waits until the status is written; without a write there is nothing to wait for.
  constexpr milliseconds kSoon{1'000};
  if (plan.wake_up) {
    const bool at_once = plan.wake_up->count() == 0;
    wake_up.after(at_once && result != StatusWriter::Result::kWritten ? kSoon : milliseconds(*plan.wake_up));
  }
  if (wake_up.delay()) env_.queue.add_after(key, *wake_up.delay());
  return Result::kDone;
}

Reconciler::Result Reconciler::change_finalizer(const kube::ObjectKey& key,
                                                const api::FusionPipeline& pipeline, bool add,
                                                PipelineMemory& memory, const Log& log) {
  const auto& metadata = pipeline.metadata;
  auto finalizers = metadata.finalizers;
  std::erase(finalizers, api::kFinalizer);
  if (add) finalizers.emplace_back(api::kFinalizer);
  const nlohmann::json patch = {
      {"metadata",
       {{"resourceVersion", metadata.resource_version}, {"uid", metadata.uid}, {"finalizers", finalizers}}}};
  const auto answer = env_.api.merge_patch(kube::resources::fusion_pipelines(), key, patch);
  if (!answer) {
    if (answer.error().reason == kube::Reason::NotFound) return Result::kDone;
    log.warning("finalizer not changed", {{"error", answer.error().message}});
    return answer.error().reason == kube::Reason::Conflict ? Result::kConflict : Result::kFailed;
  }
  log.info(add ? "finalizer added" : "finalizer removed");
  if (!metadata.deletion_timestamp) {
    memory.own_writes.wrote_pipeline(metadata.resource_version, project_pipeline(*answer));
    env_.queue.add(key);
  }
  return Result::kDone;
}

/// Keeps a place among the rollouts while there is something to roll, and gives it back otherwise.
void Reconciler::roll(const kube::ObjectKey& key, const pipeline::Plan& plan) {
  if (plan.rolling || !plan.bridges.empty()) return;
  for (const auto& waiting : env_.rollouts.give_back(key)) env_.queue.add(waiting);
  if (plan.waits_to_roll) env_.rollouts.wait(key);
}

void Reconciler::forget(const kube::ObjectKey& key) {
  {
    std::lock_guard lock(mutex_);
    memories_.erase(key);
  }
  if (env_.jobs != nullptr) env_.jobs->follow(key, {});
  env_.metrics.forget_pipeline(key.ns, key.name);
  for (const auto& waiting : env_.rollouts.give_back(key)) env_.queue.add(waiting);
}

void Reconciler::measure(const kube::ObjectKey& key, const api::FusionPipeline& pipeline,
                         const pipeline::Observed& observed, const api::Status& status) {
  std::vector<BridgeFigures> figures;
  for (const auto& bridge : status.bridges) {
    BridgeFigures figure;
    figure.bridge = bridge.name;
    figure.replicas = bridge.replicas;
    figure.ready_replicas = bridge.ready_replicas;
    const auto group = observed.bridges.groups.find(bridge.name);
    const auto declared = std::find_if(pipeline.spec.bridges.begin(), pipeline.spec.bridges.end(),
                                       [&](const auto& candidate) { return candidate.name == bridge.name; });
    if (group != observed.bridges.groups.end() && declared != pipeline.spec.bridges.end()) {
      figure.lag_records = bridges::lag_records(group->second, declared->from.start_from);
      if (const auto skew = bridges::skew(group->second, declared->from.start_from))
        figure.skew_seconds = std::chrono::duration<double>(*skew).count();
      figure.records = bridges::carried_records(group->second);
      figure.duplicates = bridges::dropped_duplicates(group->second);
      if (const auto watermark = bridges::watermark(group->second)) {
        figure.watermark_seconds = static_cast<double>(watermark->time_since_epoch().count());
      }
      std::int64_t bytes = 0;
      for (const auto& [number, partition] : group->second.partitions) {
        if (partition.progress) bytes += partition.progress->bytes;
      }
      figure.bytes = bytes;
    }
    const auto pace = observed.bridges.paces.find(bridge.name);
    if (pace != observed.bridges.paces.end()) {
      if (const auto lag = pace->second.lag) figure.lag_seconds = std::chrono::duration<double>(*lag).count();
      figure.records_per_second = pace->second.records_per_second;
    }
    figures.push_back(std::move(figure));
  }
  env_.metrics.set_bridges(key.ns, key.name, std::move(figures));
  env_.metrics.set_stages(key.ns, key.name, stage_figures(pipeline, observed));
}

std::shared_ptr<PipelineMemory> Reconciler::memory_of(const kube::ObjectKey& key) {
  std::lock_guard lock(mutex_);
  auto& memory = memories_[key];
  if (!memory) memory = std::make_shared<PipelineMemory>();
  return memory;
}

}  // namespace fusion::op
