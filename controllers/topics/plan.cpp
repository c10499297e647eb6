#include "controllers/topics/plan.h"

#include <algorithm>

#include "controllers/condition.h"
#include "controllers/topics/topic_decision.h"

namespace fusion::topics {

using controllers::Failure;

const std::string& topic_of(const Action& action) {
  return std::visit([](const auto& a) -> const std::string& { return a.topic; }, action);
}

bool may_use(const api::FusionPipeline& pipeline, const std::string& topic,
             const controllers::Settings& settings) {
  const auto connection = controllers::connection_of(pipeline, settings);
  return !connection || !refused_by_policy(pipeline, topic, *connection, settings);
}

std::vector<std::string> topics_to_observe(const api::FusionPipeline& pipeline,
                                           const controllers::Settings& settings) {
  std::set<std::string> names;
  for (const auto& topic : pipeline.spec.topics) names.insert(topic.name);
  if (pipeline.metadata.deletion_timestamp) {
    for (const auto& topic : pipeline.status.topics) names.insert(topic.name);
  }
  std::erase_if(names, [&](const auto& name) { return !may_use(pipeline, name, settings); });
  return {names.begin(), names.end()};
}

Plan plan(const api::FusionPipeline& pipeline, const ObservedTopics& observed,
          const controllers::Connection& connection, const controllers::Settings& settings) {
  Plan plan;
  std::vector<Failure> failures;
  bool all_answered = true;
  const auto managing = managers(observed.claims);
  for (const auto& topic : pipeline.spec.topics) {
    auto decision = decide(topic, {pipeline, observed, connection, settings, managing});
    plan.actions.insert(plan.actions.end(), decision.actions.begin(), decision.actions.end());
    plan.status.push_back(decision.status);
    if (decision.usable) plan.usable.insert(topic.name);
    plan.write_status_first = plan.write_status_first || decision.write_status_first;
    plan.look_again = plan.look_again || decision.look_again;
    all_answered = all_answered && decision.answered;
    failures.insert(failures.end(), decision.failures.begin(), decision.failures.end());
  }

  auto verdict = controllers::verdict("TopicsReady", failures,
                                      controllers::counted(plan.status.size(), "topic") + " as declared");
  // What is known to be wrong for good is told even while Kafka is silent; all else is not known then.
  if (!all_answered && !verdict.stalled) {
    verdict = controllers::unknown(
        "TopicsReady",
        observed.failure.value_or(Failure{"KafkaNotObserved", "Kafka has not answered yet", false}));
  }
  plan.ready = verdict.condition;
  plan.stalled = verdict.stalled;
  return plan;
}

}  // namespace fusion::topics
