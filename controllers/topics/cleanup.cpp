#include <optional>

#include "controllers/topics/plan.h"
#include "controllers/topics/topic_decision.h"

namespace fusion::topics {
namespace {

/// Why a topic that we created is left behind although Kafka answers; unset: it goes.
std::optional<std::string> reason_to_keep(const api::FusionPipeline& pipeline,
                                          const api::TopicStatus& recorded, const ObservedTopic& seen,
                                          const ObservedTopics& observed) {
  if (recorded.cluster_id != observed.cluster_id) return "it was created in another Kafka cluster";
  if (!recorded.topic_id.empty() && recorded.topic_id != seen.topic_id) {
    return "its id is " + seen.topic_id + " and ours was " + recorded.topic_id;
  }
  if (const auto user =
          other_user(observed.claims, observed.cluster_id, recorded.name, pipeline.metadata.uid)) {
    return user->pipeline + " uses it";
  }
  return std::nullopt;
}

}  // namespace

CleanupPlan cleanup(const api::FusionPipeline& pipeline, const ObservedTopics& observed,
                    const controllers::Connection& connection, const controllers::Settings& settings) {
  CleanupPlan plan;
  for (const auto& topic : pipeline.spec.topics) {
    const auto recorded = recorded_topic(pipeline, topic.name);
    if (topic.management != api::Management::kManaged || !recorded.created || !recorded.managed) continue;
    const auto keep = [&](const std::string& why) {
      plan.kept.push_back("topic " + topic.name + " is kept: " + why);
    };
    if (refused_by_policy(pipeline, topic.name, connection, settings)) {
      keep("the policy of the operator's default Kafka connection does not allow it any more");
      continue;
    }
    const auto found = observed.topics.find(topic.name);
    const auto seen = found == observed.topics.end() ? ObservedTopic{} : found->second;
    if (observed.failure || observed.cluster_id.empty() || seen.state == ObservedTopic::State::kUnknown ||
        seen.state == ObservedTopic::State::kDenied) {
      const auto& failure = observed.failure ? observed.failure : seen.failure;
      plan.waiting_for = "Kafka" + (failure ? ": " + failure->message : "'s answer");
      continue;
    }
    if (seen.state == ObservedTopic::State::kAbsent) continue;
    if (const auto why = reason_to_keep(pipeline, recorded, seen, observed)) {
      keep(*why);
      continue;
    }
    plan.actions.push_back(DeleteTopic{topic.name, seen.topic_id});
    if (plan.waiting_for.empty()) {
      plan.waiting_for =
          "topic " + topic.name + " to be deleted" + (seen.failure ? ": " + seen.failure->message : "");
    }
  }
  plan.done = plan.waiting_for.empty();
  return plan;
}

}  // namespace fusion::topics
