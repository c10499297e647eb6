#include "controllers/topics/apply.h"

#include <memory>
#include <utility>
#include <variant>

#include "controllers/failure_of.h"

namespace fusion::topics {
namespace {

struct Requests {
  std::vector<kafka::NewTopic> create;
  std::vector<kafka::NewPartitions> grow;
  std::map<std::string, kafka::ConfigChange> configs;  // one a topic: all its keys or none
};

Requests requests_of(const std::vector<Action>& actions) {
  Requests requests;
  const auto change = [&](const std::string& topic) -> kafka::ConfigChange& {
    auto& entry = requests.configs[topic];
    entry.topic = topic;
    return entry;
  };
  for (const auto& action : actions) {
    if (const auto* create = std::get_if<CreateTopic>(&action)) {
      std::optional<int> factor;
      if (create->replication_factor > 0) factor = create->replication_factor;
      requests.create.push_back({create->topic, create->partitions, factor, create->config});
    } else if (const auto* grow = std::get_if<AddPartitions>(&action)) {
      requests.grow.push_back({grow->topic, grow->total});
    } else if (const auto* set = std::get_if<SetConfig>(&action)) {
      change(set->topic).set[set->key] = set->value;
    } else if (const auto* reset = std::get_if<ResetConfig>(&action)) {
      change(reset->topic).reset.push_back(reset->key);
    }
  }
  return requests;
}

/// The answers that are still open. Only touched by the Admin's thread once the first request is out.
struct Pending {
  Outcome outcome;
  int open = 0;
  kafka::Callback<Outcome> done;

  /// `field`: of the topic's entry in the spec, what Kafka's answer is about.
  void take(const kafka::PerTopic<void>& answers, const std::string& field) {
    for (const auto& [topic, answer] : answers) {
      auto& failure = outcome[topic];
      if (answer || failure) continue;
      failure = controllers::failure_of(answer.error());
      if (failure->permanent)
        failure->message = "spec.topics[" + topic + "]" + field + ": " + failure->message;
    }
    if (--open == 0) done(std::move(outcome));
  }
};

}  // namespace

void apply(kafka::Admin& admin, const std::vector<Action>& actions, kafka::Callback<Outcome> done) {
  auto requests = requests_of(actions);
  auto pending = std::make_shared<Pending>();
  pending->done = std::move(done);
  // Three requests at all times, empty ones too: they are answered at once, and `done` has one path.
  pending->open = 3;
  const auto take = [pending](const char* field) {
    return [pending, field](kafka::PerTopic<void> answers) { pending->take(answers, field); };
  };
  std::vector<kafka::ConfigChange> changes;
  for (auto& [topic, change] : requests.configs) changes.push_back(std::move(change));
  admin.create_topics(std::move(requests.create), take(""));
  admin.add_partitions(std::move(requests.grow), take(".partitions"));
  admin.alter_configs(std::move(changes), take(".config"));
}

void delete_if_unchanged(kafka::Admin& admin, const DeleteTopic& action, std::function<bool()> may_still,
                         kafka::Callback<std::optional<controllers::Failure>> done) {
  auto on_described = [&admin, action, may_still = std::move(may_still),
                       done = std::move(done)](kafka::PerTopic<kafka::TopicDescription> described) mutable {
    const auto& answer = described.at(action.topic);
    if (!answer) {
      const bool gone = answer.error().reason == kafka::Reason::TopicNotFound;
      return done(gone ? std::nullopt : std::optional(controllers::failure_of(answer.error())));
    }
    if (answer->topic_id != action.topic_id) {
      return done(controllers::Failure{"TopicRecreated",
                                       "topic " + action.topic + " has the id " + answer->topic_id +
                                           " and not " + action.topic_id +
                                           ", so somebody deleted and created it anew: it is kept",
                                       true});
    }
    if (!may_still()) {
      return done(controllers::Failure{
          "Superseded", "topic " + action.topic + " was not deleted: what was decided is too old", false});
    }
    admin.delete_topics({action.topic}, [action, done = std::move(done)](kafka::PerTopic<void> deleted) {
      const auto& result = deleted.at(action.topic);
      if (result || result.error().reason == kafka::Reason::TopicNotFound) return done(std::nullopt);
      done(controllers::failure_of(result.error()));
    });
  };
  admin.describe_topics({action.topic}, std::move(on_described));
}

}  // namespace fusion::topics
