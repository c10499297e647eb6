#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "controllers/topics/plan.h"

namespace fusion::topics {

/// All that the decision on one topic looks at.
struct TopicContext {
  const api::FusionPipeline& pipeline;
  const ObservedTopics& observed;
  const controllers::Connection& connection;
  const controllers::Settings& settings;
  const std::map<std::pair<std::string, std::string>, Holder>& managing;
};

struct TopicDecision {
  api::TopicStatus status;
  std::vector<Action> actions;
  std::vector<controllers::Failure> failures;  ///< why it is not ready; empty: it is
  bool answered = true;                        ///< false: Kafka has not said what is needed to decide
  bool usable = false;
  bool write_status_first = false;
  bool look_again = false;
};

/// Decides on one declared topic: the rules are those of plan().
TopicDecision decide(const api::Topic& topic, const TopicContext& context);

/// The recorded status of a topic; one with the name alone if nothing is recorded.
api::TopicStatus recorded_topic(const api::FusionPipeline& pipeline, const std::string& name);

/// Why the operator's default connection must not be used for this topic; unset: it may.
std::optional<controllers::Failure> refused_by_policy(const api::FusionPipeline& pipeline,
                                                      const std::string& topic,
                                                      const controllers::Connection& connection,
                                                      const controllers::Settings& settings);

}  // namespace fusion::topics
