#pragma once

#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "api/status.h"
#include "controllers/connection.h"
#include "controllers/topics/observed_topic.h"

namespace fusion::topics {

struct CreateTopic {
  std::string topic;
  int partitions = 1;
  int replication_factor = -1;  ///< -1: the broker's default
  std::map<std::string, std::string> config;
  bool operator==(const CreateTopic&) const = default;
};
struct AddPartitions {
  std::string topic;
  int total = 0;  ///< the new number of partitions
  bool operator==(const AddPartitions&) const = default;
};
struct SetConfig {
  std::string topic;
  std::string key;
  std::string value;
  bool operator==(const SetConfig&) const = default;
};
struct ResetConfig {
  std::string topic;
  std::string key;
  bool operator==(const ResetConfig&) const = default;
};
/// Right before, the topic is described and the pipelines are listed afresh: it is deleted only if it still
/// has this id and no other pipeline uses it.
struct DeleteTopic {
  std::string topic;
  std::string topic_id;
  bool operator==(const DeleteTopic&) const = default;
};

/// What one reconcile wants done to Kafka, in the order in which it must happen.
using Action = std::variant<CreateTopic, AddPartitions, SetConfig, ResetConfig, DeleteTopic>;

/// The topic that an action works on. Work on one topic is serialised.
const std::string& topic_of(const Action& action);

struct Plan {
  std::vector<Action> actions;           ///< empty when Kafka already is as declared
  std::vector<api::TopicStatus> status;  ///< one for each declared topic, in the order of the spec
  api::Condition ready;                  ///< becomes TopicsReady
  std::set<std::string>
      usable;            ///< exist with the id in status, as Kafka just said: bridges may start on them
  bool stalled = false;  ///< not ready for a reason that waiting does not heal
  bool write_status_first = false;  ///< status says what comes next: write it, then plan again at once
  bool look_again = false;          ///< nothing more can be decided on facts that are not fresh
};

/// Decides how to bring Kafka's topics to what `pipeline` declares.
///
/// Pure: the same arguments give the same plan. Never shrinks partitions, never changes the replication
/// factor, never touches a key that the pipeline neither declares nor has set before
/// (status.topics[].setKeys), never acts on a topic whose id differs from the recorded one, that another
/// pipeline manages, or that the policy of the default connection does not allow: such a wish becomes a
/// condition with a reason instead, and the other edits still happen. An absent topic becomes Creating first,
/// and is created once the pipeline's status says so. Without an answer from Kafka the recorded status stays
/// and the condition is Unknown or False with the reason.
Plan plan(const api::FusionPipeline& pipeline, const ObservedTopics& observed,
          const controllers::Connection& connection, const controllers::Settings& settings);

struct CleanupPlan {
  std::vector<Action> actions;    ///< DeleteTopic alone
  std::vector<std::string> kept;  ///< sentences: created by us and kept nevertheless, and why
  bool done = false;              ///< nothing left to delete
  std::string waiting_for;        ///< when not done: for what, for the condition's message
};

/// Which topics go when a pipeline under deletionPolicy Delete is deleted: those which it created, still
/// manages, whose id is the recorded one, that the policy allows and no other pipeline uses. What Kafka has
/// not answered yet is waited for.
CleanupPlan cleanup(const api::FusionPipeline& pipeline, const ObservedTopics& observed,
                    const controllers::Connection& connection, const controllers::Settings& settings);

}  // namespace fusion::topics
