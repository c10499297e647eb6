#include "operator/kafka_part.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "controllers/bridges/child_name.h"
#include "controllers/failure_of.h"
#include "operator/kafka_credentials.h"
#include "operator/topic_users.h"

namespace fusion::op {
namespace {

using controllers::Failure;
using std::chrono::milliseconds;

/// A Kafka that is up answers within this; one that does not is reported while the question goes on.
constexpr milliseconds kFirstAnswer{3'000};
/// Twice the Admin's request timeout is its promise; this is beyond it.
constexpr milliseconds kPatience{45'000};
/// Nothing is changed in Kafka on facts older than this.
constexpr milliseconds kFreshEnough{2'000};
/// How soon a Kafka that did not answer is asked again.
constexpr milliseconds kAskAgain{5'000};

std::string name_of(const topics::Action& action) {
  static constexpr const char* kNames[] = {"creating topic", "adding partitions", "setting topic config",
                                           "resetting topic config", "deleting topic"};
  return kNames[action.index()];
}

bool runs(const std::string& child, const Children& children) {
  const auto& sets = children.stateful_sets;
  const auto& pods = children.pods;
  return std::any_of(sets.begin(), sets.end(), [&](const auto& set) { return set.object.name == child; }) ||
         std::any_of(pods.begin(), pods.end(), [&](const auto& pod) { return pod.child == child; });
}

KafkaQuestion question_of(const api::FusionPipeline& pipeline, const Setup& setup, const Children& children) {
  KafkaQuestion question{topics::topics_to_observe(pipeline, setup.settings),
                         bridges::groups_to_observe(pipeline, setup.settings)};
  const auto of_stages = stages::groups_to_observe(pipeline, setup.settings);
  for (const auto& group : question.groups) {
    if (!runs(bridges::child_name(pipeline.metadata.name, group.reader), children))
      question.stopped.insert(group.reader);
  }
  question.groups.insert(question.groups.end(), of_stages.begin(), of_stages.end());
  return question;
}

/// What the groups of `observation` say, at the instant when Kafka said it, joins what they said before.
void take_paces(const api::FusionPipeline& pipeline, bridges::ProgressHistory::Instant at,
                PipelineMemory& memory, KafkaObservation& observation) {
  std::erase_if(memory.histories,
                [&](const auto& entry) { return !observation.groups.contains(entry.first); });
  for (const auto& bridge : pipeline.spec.bridges) {
    const auto group = observation.groups.find(bridge.name);
    if (group == observation.groups.end()) continue;
    auto& history = memory.histories[bridge.name];
    history.observe(at, group->second, bridge.from.start_from);
    observation.paces[bridge.name] = history.pace();
  }
}

void follow_growth(const api::FusionPipeline& pipeline, bridges::ProgressHistory::Instant at,
                   PipelineMemory& memory, KafkaObservation& observation) {
  std::map<std::string, bridges::PartitionGrowth> growths;
  for (const auto& bridge : pipeline.status.bridges) {
    if (!bridge.partitions_grown) continue;
    auto& growth = growths[bridge.name] = memory.growths[bridge.name];
    const auto group = observation.groups.find(bridge.name);
    if (group != observation.groups.end()) growth.observe(at, group->second);
    if (growth.is_over()) observation.grown_over.insert(bridge.name);
  }
  memory.growths = std::move(growths);
}

void log_failure(const Log& log, const std::string& thing, const Failure& failure) {
  log.warning("failed", {{"object", thing}, {"reason", failure.reason}, {"error", failure.message}});
}

}  // namespace

void KafkaPart::leave(PipelineMemory& memory) {
  memory.connection.reset();
  memory.lease.reset();
  memory.view.reset();
  memory.histories.clear();
  memory.growths.clear();
}

bool KafkaPart::connect(const kube::ObjectKey& key, const kafka::Connection& connection,
                        PipelineMemory& memory, KafkaObservation& observation, const Log& log) const {
  if (memory.view && memory.connection == connection) return true;
  leave(memory);
  auto lease = env_.kafka.lease(connection);
  if (!lease) {
    observation.topics.failure = controllers::failure_of(lease.error());
    return false;
  }
  log.debug("connecting to Kafka", {{"kafka", kafka::describe(connection)}});
  memory.connection = connection;
  memory.lease = std::move(*lease);
  memory.view = std::make_shared<KafkaView>(
      env_.steady, [&queue = env_.queue, key] { queue.add(key); }, kPatience);
  memory.view_since = env_.steady();
  return true;
}

KafkaObservation KafkaPart::observe(const kube::ObjectKey& key, const api::FusionPipeline& pipeline,
                                    const controllers::Connection& connection,
                                    const std::map<std::string, ReadSecret>& secrets, const Setup& setup,
                                    const Children& children, PipelineMemory& memory, WakeUp& wake_up,
                                    const Log& log) const {
  KafkaObservation observation;
  const auto own =
      connection.is_default ? setup.default_connection : make_connection(connection.kafka, secrets);
  if (!own) {
    leave(memory);
    return observation;
  }
  if (!connect(key, *own, memory, observation, log)) {
    wake_up.after(env_.kafka_resync);
    return observation;
  }
  auto& view = *memory.view;
  if (view.give_up_overdue()) {
    env_.metrics.count_missing_answer();
    log.error("Kafka owes an answer and is asked again", {{"kafka", kafka::describe(*own)}});
  }
  take_outcome(memory, log);
  const auto question = question_of(pipeline, setup, children);
  ask(question, memory, wake_up);
  const auto facts = view.facts();
  if (!facts || (!facts->groups_answered_at && view.is_busy())) {
    const auto waited = env_.steady() - memory.view_since;
    observation.first_answer_due = waited < kFirstAnswer;
    if (observation.first_answer_due) wake_up.after(std::chrono::ceil<milliseconds>(kFirstAnswer - waited));
  }
  if (!facts || observation.first_answer_due) return observation;
  observation.topics = facts->topics;
  observation.topics.fresh = !view.is_outdated() && env_.steady() - facts->topics_at <= kFreshEnough;
  for (const auto& group : question.groups) {
    const auto known = facts->groups.find(group.reader);
    if (known != facts->groups.end()) observation.groups.insert(*known);
  }
  if (view.is_new(
          question)) {  // asked once the view has time: until then it knows too little of what stopped
    for (const auto& bridge : question.stopped) observation.groups.erase(bridge);
  }
  observation.groups_asked_at = facts->groups_asked_at;
  if (const auto at = facts->groups_answered_at) {
    take_paces(pipeline, *at, memory, observation);
    follow_growth(pipeline, *at, memory, observation);
  }
  observation.may_work = !view.is_busy() && !view.is_outdated() && !facts->topics.failure;
  return observation;
}

void KafkaPart::ask(const KafkaQuestion& question, PipelineMemory& memory, WakeUp& wake_up) const {
  auto& view = *memory.view;
  const auto facts = view.facts();
  const auto now = env_.steady();
  const bool failed = facts && facts->topics.failure;
  const auto life = failed ? std::min(kAskAgain, env_.kafka_resync) : env_.kafka_resync;
  if (!facts || view.is_outdated() || view.is_new(question) || now - facts->topics_at >= life) {
    view.ask(*memory.lease, question);
  } else if (!question.groups.empty() && !failed &&
             (!facts->groups_at || now - *facts->groups_at >= env_.status_interval)) {
    view.ask_progress(*memory.lease);
  }
  if (view.is_busy()) {
    wake_up.after(kPatience + milliseconds(100));
    return;
  }
  if (!facts) return;
  auto next = life - std::chrono::floor<milliseconds>(now - facts->topics_at);
  if (!question.groups.empty() && !failed) {
    const auto asked_at = facts->groups_at.value_or(now);
    next = std::min(next, env_.status_interval - std::chrono::floor<milliseconds>(now - asked_at));
  }
  wake_up.after(std::max(next, milliseconds(1)));
}

void KafkaPart::take_outcome(PipelineMemory& memory, const Log& log) const {
  const auto outcome = memory.view->take_outcome();
  if (!outcome) return;
  const auto now = env_.steady();
  const auto take = [&](Failures& failures, const std::string& thing, const std::optional<Failure>& failure) {
    if (!failure) {
      log.info("done in Kafka", {{"object", thing}});
      return failures.succeeded(thing);
    }
    log_failure(log, thing, *failure);
    failures.failed(thing, *failure, now);
  };
  for (const auto& [topic, failure] : outcome->topics) take(memory.topic_failures, topic, failure);
  for (const auto& [bridge, failure] : outcome->bridges) take(memory.bridge_failures, bridge, failure);
  for (const auto& [bridge, failure] : outcome->renewals) {
    if (failure) {
      log.warning("positions not renewed",
                  {{"bridge", bridge}, {"reason", failure->reason}, {"error", failure->message}});
      memory.renewal_failures.failed(bridge, *failure, now);
    } else {
      memory.renewal_failures.succeeded(bridge);
      memory.fresh_positions[bridge] = std::chrono::floor<std::chrono::seconds>(env_.wall());
    }
  }
}

void KafkaPart::work(const kube::ObjectKey& key, const api::FusionPipeline& pipeline,
                     const pipeline::Plan& plan, const KafkaObservation& observation, PipelineMemory& memory,
                     const Log& log) const {
  if (!memory.view || !observation.may_work || memory.view->is_busy() || !env_.may_write()) return;
  const auto now = env_.steady();
  KafkaWork work;
  work.decided_at = now;
  for (const auto& action : plan.topics) {
    if (memory.topic_failures.may_try(topics::topic_of(action), now)) work.topics.push_back(action);
  }
  // What a change is planned on must be what Kafka says now: a topic can have been created anew meanwhile.
  if (plan.look_again || (!work.topics.empty() && !observation.topics.fresh)) {
    memory.view->ask_again(*memory.lease);
    return;
  }
  ask_who_uses(key, pipeline, observation.topics.cluster_id, work, memory, log);
  for (const auto& action : work.topics) log.info(name_of(action), {{"topic", topics::topic_of(action)}});
  for (const auto& action : plan.bridges) {
    const auto* deletion = std::get_if<bridges::DeleteGroup>(&action);
    if (deletion == nullptr || !memory.bridge_failures.may_try(deletion->bridge, now)) continue;
    log.info("deleting consumer group", {{"group", deletion->group}});
    work.groups.push_back(*deletion);
  }
  for (const auto& renewal : plan.renewals) {
    if (!memory.renewal_failures.may_try(renewal.bridge, now) || !env_.renewal_pacer.may_begin(now)) continue;
    log.debug("renewing positions", {{"bridge", renewal.bridge}, {"group", renewal.group}});
    work.renewals.push_back(renewal);
  }
  if (!work.empty()) memory.view->work(*memory.lease, work, env_.may_write);
}

/// A fresh list of pipelines takes the deletions of what others use out of the work; the topics are described
/// afresh after it, right before the request.
void KafkaPart::ask_who_uses(const kube::ObjectKey& key, const api::FusionPipeline& pipeline,
                             const std::string& cluster_id, KafkaWork& work, PipelineMemory& memory,
                             const Log& log) const {
  std::set<std::string> topics;
  for (const auto& action : work.topics) {
    if (std::holds_alternative<topics::DeleteTopic>(action)) topics.insert(topics::topic_of(action));
  }
  if (topics.empty()) return;
  const auto cluster_of = [&](const kube::ObjectKey& other) { return env_.claims.cluster_of(other); };
  const auto users =
      other_users_of(env_.api, env_.namespaces, topics, cluster_id, pipeline.metadata.uid, cluster_of);
  const auto is_kept = [&](const topics::Action& action) {
    const auto& topic = topics::topic_of(action);
    if (!topics.contains(topic)) return false;
    if (users && !users->contains(topic)) return false;
    auto failure =
        users ? Failure{"TopicInUse", "topic " + topic + " is kept, because " + users->at(topic) + " uses it",
                        false}
              : controllers::failure_of(users.error());
    log_failure(log, topic, failure);
    memory.topic_failures.failed(topic, std::move(failure), env_.steady());
    env_.queue.add_after(key, milliseconds(1'000));
    return true;
  };
  std::erase_if(work.topics, is_kept);
}

}  // namespace fusion::op
