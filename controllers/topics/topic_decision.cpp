#include "controllers/topics/topic_decision.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "controllers/children.h"

namespace fusion::topics {
namespace {

using api::TopicState;
using controllers::Failure;

api::TopicStatus unrecorded(const std::string& name) {
  api::TopicStatus status;
  status.name = name;
  return status;
}

/// Whether the pipeline's annotation says that the topic with this id may be used in place of the recorded
/// one.
bool accepted(const api::Metadata& metadata, const std::string& topic, const std::string& id) {
  const auto annotation = metadata.annotations.find(controllers::kAcceptTopicIdAnnotation);
  if (annotation == metadata.annotations.end()) return false;
  std::istringstream entries(annotation->second);
  for (std::string entry; std::getline(entries, entry, ',');) {
    const auto begin = entry.find_first_not_of(' ');
    const auto end = entry.find_last_not_of(' ');
    if (begin != std::string::npos && entry.substr(begin, end - begin + 1) == topic + "=" + id) return true;
  }
  return false;
}

std::string accept_hint(const std::string& topic, const std::string& id) {
  return std::string(controllers::kAcceptTopicIdAnnotation) + ": " + topic + "=" + id;
}

/// Decides on one topic, step by step; a step that settles the matter returns true.
class Decider {
 public:
  Decider(const api::Topic& topic, const TopicContext& context)
      : topic_(topic), context_(context), managed_(topic.management == api::Management::kManaged) {
    decision_.status = recorded_topic(context.pipeline, topic.name);
    decision_.status.message.clear();
    const auto found = context.observed.topics.find(topic.name);
    if (found != context.observed.topics.end()) seen_ = found->second;
  }

  TopicDecision decide() && {
    if (!is_refused() && !is_unanswered() && !is_in_conflict() && !is_elsewhere()) {
      if (seen_.state == ObservedTopic::State::kAbsent) {
        decide_absent();
      } else if (!is_recreated()) {
        decide_found();
      }
    }
    if (!decision_.failures.empty()) decision_.status.message = decision_.failures.front().message;
    return std::move(decision_);
  }

 private:
  api::TopicStatus& status() { return decision_.status; }

  void fail(TopicState state, Failure failure) {
    status().state = state;
    decision_.failures.push_back(std::move(failure));
  }

  bool is_refused() {
    auto refused = refused_by_policy(context_.pipeline, topic_.name, context_.connection, context_.settings);
    if (!refused) return false;
    fail(TopicState::kFailed, std::move(*refused));
    return true;
  }

  bool is_unanswered() {
    if (!context_.observed.failure && seen_.state == ObservedTopic::State::kDenied) {
      // Creating stays: the topic may have been created, and must be known as ours once Kafka describes it.
      fail(status().state == TopicState::kCreating ? TopicState::kCreating : TopicState::kFailed,
           seen_.failure.value_or(
               Failure{"TopicDenied", "Kafka does not describe topic " + topic_.name, false}));
      return true;
    }
    decision_.answered = !context_.observed.failure && !context_.observed.cluster_id.empty() &&
                         seen_.state != ObservedTopic::State::kUnknown;
    return !decision_.answered;
  }

  bool is_in_conflict() {
    const auto holder = context_.managing.find({context_.observed.cluster_id, topic_.name});
    if (!managed_ || holder == context_.managing.end() ||
        holder->second.uid == context_.pipeline.metadata.uid) {
      return false;
    }
    status().managed = false;
    // Whatever was created here belongs to the manager now: losing a topic must not end in deleting it.
    status().created = false;
    fail(TopicState::kConflict, {"TopicConflict",
                                 "topic " + topic_.name + " is managed by " + holder->second.pipeline +
                                     ": set management: Observed here, or remove it there",
                                 true});
    return true;
  }

  /// A pipeline that was pointed at another Kafka finds other topics under the same names.
  bool is_elsewhere() {
    const auto& cluster = context_.observed.cluster_id;
    if (status().cluster_id.empty() || status().cluster_id == cluster) return false;
    if (status().topic_id.empty() ||
        (is_found() && accepted(context_.pipeline.metadata, topic_.name, seen_.topic_id))) {
      status() = unrecorded(topic_.name);
      return false;
    }
    fail(TopicState::kFailed,
         {"KafkaClusterChanged",
          "topic " + topic_.name + " was used in Kafka cluster " + status().cluster_id +
              " and the connection now leads to " + cluster + ": set the connection back" +
              (is_found()
                   ? ", or accept this topic with the annotation " + accept_hint(topic_.name, seen_.topic_id)
                   : ", or delete the pipeline and apply it again"),
          true});
    return true;
  }

  bool is_found() const { return seen_.state == ObservedTopic::State::kFound; }

  void decide_absent() {
    if (!status().topic_id.empty()) {
      fail(TopicState::kFailed,
           {"TopicDeleted",
            "topic " + topic_.name + " (id " + status().topic_id +
                ") was deleted in Kafka: create it again and accept it with the annotation " +
                accept_hint(topic_.name, "<its new id>") + ", or delete the pipeline and apply it again",
            true});
    } else if (!managed_) {
      status().managed = false;
      fail(TopicState::kPending,
           {"TopicNotFound",
            "topic " + topic_.name +
                " does not exist and is only observed: create it in Kafka, or set management: "
                "Managed in spec.topics[" +
                topic_.name + "]",
            false});
    } else {
      create();
    }
  }

  /// Our topic is known by what was written before it was made. What Kafka refused for good was not made by
  /// us, so that the mark goes, and is set anew before the next attempt.
  void create() {
    const bool refused = seen_.failure && seen_.failure->permanent && seen_.backing_off;
    const bool announced = status().state == TopicState::kCreating && status().created;
    if (!announced && !refused && !context_.observed.fresh) {
      decision_.look_again = true;
      return progress(status().state, "creating topic " + topic_.name);
    }
    status().cluster_id = context_.observed.cluster_id;
    status().managed = true;
    status().created = !refused;
    status().set_keys = declared_keys();
    if (announced || refused) {
      decision_.actions.push_back(CreateTopic{topic_.name, topic_.partitions.value_or(1),
                                              topic_.replication_factor.value_or(-1), topic_.config});
    } else {
      decision_.write_status_first = true;
    }
    progress(TopicState::kCreating, "creating topic " + topic_.name);
  }

  bool is_recreated() {
    if (status().topic_id.empty() || status().topic_id == seen_.topic_id) return false;
    if (accepted(context_.pipeline.metadata, topic_.name, seen_.topic_id)) {
      status() = unrecorded(topic_.name);
      return false;
    }
    fail(TopicState::kFailed,
         {"TopicRecreated",
          "topic " + topic_.name + " was deleted and created anew: its id was " + status().topic_id +
              " and is " + seen_.topic_id +
              ", so that what it held is gone. Restore it, or accept the new one with the annotation " +
              accept_hint(topic_.name, seen_.topic_id),
          true});
    return true;
  }

  void decide_found() {
    // A topic that was there before we wrote Creating is taken over, never ours.
    if (status().topic_id.empty() && status().state != TopicState::kCreating) status().created = false;
    status().state = TopicState::kReady;
    status().topic_id = seen_.topic_id;
    status().cluster_id = context_.observed.cluster_id;
    status().partitions = seen_.partitions;
    status().replication_factor = seen_.replication_factor;
    status().managed = managed_;
    decision_.usable = true;
    if (!managed_) return;
    plan_partitions();
    plan_config();
    if (!decision_.actions.empty()) progress(TopicState::kReady, "altering topic " + topic_.name);
  }

  /// What stands between an action and its effect: the failure of its last attempt, else that it is under
  /// way.
  void progress(TopicState state, const std::string& message) {
    if (seen_.failure &&
        (!decision_.actions.empty() || decision_.write_status_first || decision_.look_again)) {
      fail(state == TopicState::kReady ? TopicState::kFailed : state, *seen_.failure);
    } else {
      fail(decision_.failures.empty() ? state : status().state, {"Applying", message, false});
    }
  }

  void plan_partitions() {
    const std::string field = "spec.topics[" + topic_.name + "]";
    if (topic_.replication_factor && *topic_.replication_factor != seen_.replication_factor) {
      fail(
          TopicState::kFailed,
          {"ReplicationFactorImmutable",
           "topic " + topic_.name + " has replication factor " + std::to_string(seen_.replication_factor) +
               " and " + field + ".replicationFactor asks for " + std::to_string(*topic_.replication_factor) +
               ": it is not changed by the operator; set it to " + std::to_string(seen_.replication_factor) +
               ", or reassign the partitions with Kafka's tools",
           true});
    }
    if (!topic_.partitions || *topic_.partitions == seen_.partitions) return;
    if (*topic_.partitions > seen_.partitions) {
      decision_.actions.push_back(AddPartitions{topic_.name, *topic_.partitions});
      return;
    }
    const auto has = std::to_string(seen_.partitions);
    fail(TopicState::kFailed, {"PartitionsCannotShrink",
                               "topic " + topic_.name + " has " + has + " partitions and " + field +
                                   ".partitions asks for " + std::to_string(*topic_.partitions) +
                                   ": Kafka cannot take partitions away; set it to " + has + " or more",
                               true});
  }

  /// A key is written to status before it is set, so that a crash in between cannot make us forget that it is
  /// ours to reset.
  void plan_config() {
    const std::set<std::string> recorded(status().set_keys.begin(), status().set_keys.end());
    std::set<std::string> keys;
    for (const auto& [key, value] : topic_.config) {
      keys.insert(key);
      const auto is = seen_.config.find(key);
      if (is != seen_.config.end() && is->second == value) continue;
      if (recorded.contains(key)) {
        decision_.actions.push_back(SetConfig{topic_.name, key, value});
      } else {
        decision_.write_status_first = true;
      }
    }
    for (const auto& key : recorded) {
      if (topic_.config.contains(key) || !seen_.config.contains(key)) continue;
      decision_.actions.push_back(ResetConfig{topic_.name, key});
      keys.insert(key);
    }
    status().set_keys.assign(keys.begin(), keys.end());
    if (decision_.write_status_first && decision_.actions.empty()) {
      progress(TopicState::kReady, "altering topic " + topic_.name);
    }
  }

  std::vector<std::string> declared_keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : topic_.config) keys.push_back(key);
    return keys;
  }

  const api::Topic& topic_;
  const TopicContext& context_;
  const bool managed_;
  ObservedTopic seen_;
  TopicDecision decision_;
};

}  // namespace

TopicDecision decide(const api::Topic& topic, const TopicContext& context) {
  return Decider(topic, context).decide();
}

api::TopicStatus recorded_topic(const api::FusionPipeline& pipeline, const std::string& name) {
  for (const auto& status : pipeline.status.topics) {
    if (status.name == name) return status;
  }
  return unrecorded(name);
}

std::optional<Failure> refused_by_policy(const api::FusionPipeline& pipeline, const std::string& topic,
                                         const controllers::Connection& connection,
                                         const controllers::Settings& settings) {
  const auto& space = pipeline.metadata.namespace_name;
  if (!connection.is_default || !settings.default_connection ||
      allows(settings.default_connection->policy, space, topic)) {
    return std::nullopt;
  }
  return Failure{"TopicNotAllowed",
                 "topic " + topic + " must not be used by namespace " + space +
                     " on the operator's default Kafka connection, which allows it " +
                     allowed_patterns(settings.default_connection->policy, space) +
                     ": rename the topic, set spec.kafka, or have the policy changed",
                 true};
}

}  // namespace fusion::topics
