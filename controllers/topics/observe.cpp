#include "controllers/topics/observe.h"

#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "controllers/failure_of.h"

namespace fusion::topics {
namespace {

using controllers::failure_of;

std::optional<std::string> value_of(const kafka::Config& config, const char* key) {
  const auto entry = config.find(key);
  return entry == config.end() ? std::nullopt : entry->second.value;
}

/// What keeps the topic's records from being lost.
void read_durability(const kafka::Config& config, ObservedTopic& topic) {
  if (const auto least = value_of(config, "min.insync.replicas")) {
    int count = 0;
    const auto* end = least->data() + least->size();
    if (std::from_chars(least->data(), end, count).ptr == end) topic.min_insync_replicas = count;
  }
  if (const auto unclean = value_of(config, "unclean.leader.election.enable")) {
    topic.unclean_leader_election = *unclean == "true";
  }
}

ObservedTopic combine(const kafka::Result<kafka::TopicDescription>& described,
                      const kafka::Result<kafka::Config>& config) {
  ObservedTopic topic;
  if (!described) {
    if (described.error().reason == kafka::Reason::TopicNotFound) {
      topic.state = ObservedTopic::State::kAbsent;
    } else if (!controllers::concerns_connection(described.error().reason)) {
      topic.state = ObservedTopic::State::kDenied;
      topic.failure = failure_of(described.error());
    }
    return topic;
  }
  if (!config) {
    const auto reason = config.error().reason;
    if (reason == kafka::Reason::TopicNotFound || controllers::concerns_connection(reason)) return topic;
    topic.state = ObservedTopic::State::kDenied;
    topic.failure = failure_of(config.error());
    return topic;
  }
  topic.state = ObservedTopic::State::kFound;
  topic.topic_id = described->topic_id;
  topic.partitions = static_cast<int>(described->partitions.size());
  topic.replication_factor = described->replication_factor;
  read_durability(*config, topic);
  for (const auto* key : kEffectiveKeys) {
    if (auto value = value_of(*config, key)) topic.effective[key] = std::move(*value);
  }
  for (const auto& [key, entry] : *config) {
    if (entry.is_set_on_topic()) topic.config[key] = entry.value.value_or("");
  }
  return topic;
}

std::optional<std::int64_t> number_of(const kafka::Config& config, const char* key) {
  const auto text = value_of(config, key);
  std::int64_t number = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), number).ec != std::errc())
    return std::nullopt;
  return number;
}

/// The answers, until all are there. Only touched by the Admin's thread.
struct Answers {
  std::optional<kafka::Result<kafka::ClusterDescription>> cluster;
  /// Of one broker: the setting is meant to be the same on all. Whoever may not see it is answered all the
  /// same.
  std::optional<kafka::Result<kafka::Config>> broker;
  std::optional<kafka::PerTopic<kafka::TopicDescription>> topics;
  std::optional<kafka::PerTopic<kafka::Config>> configs;
  kafka::Callback<ObservedTopics> done;

  void finish_if_complete() {
    if (!cluster || !broker || !topics || !configs) return;
    ObservedTopics observed;
    if (*cluster) {
      observed.cluster_id = (*cluster)->id;
    } else {
      observed.failure = failure_of(cluster->error());
    }
    if (*broker) observed.transaction_max_timeout_ms = number_of(**broker, "transaction.max.timeout.ms");
    observed.brokers_do_not_tell = *broker ? *cluster && !observed.transaction_max_timeout_ms
                                           : !controllers::concerns_connection(broker->error().reason);
    for (const auto& [name, described] : *topics) {
      const auto config = configs->find(name);
      if (config == configs->end()) continue;
      observed.topics[name] = combine(described, config->second);
      // The cluster may answer from a broker that is up while the topics' requests found none.
      if (!observed.failure && !described && controllers::concerns_connection(described.error().reason)) {
        observed.failure = failure_of(described.error());
      }
    }
    done(std::move(observed));
  }
};

}  // namespace

void observe(kafka::Admin& admin, std::vector<std::string> topics, kafka::Callback<ObservedTopics> done) {
  auto answers = std::make_shared<Answers>();
  answers->done = std::move(done);
  admin.describe_cluster([answers, &admin](kafka::Result<kafka::ClusterDescription> cluster) {
    answers->cluster = std::move(cluster);
    if (!*answers->cluster || (*answers->cluster)->brokers.empty()) {
      answers->broker = kafka::Config{};
      return answers->finish_if_complete();
    }
    const auto broker = (*answers->cluster)->brokers.front();
    admin.describe_broker_configs(broker, [answers](kafka::Result<kafka::Config> config) {
      answers->broker = std::move(config);
      answers->finish_if_complete();
    });
  });
  admin.describe_topics(topics, [answers](kafka::PerTopic<kafka::TopicDescription> described) {
    answers->topics = std::move(described);
    answers->finish_if_complete();
  });
  admin.describe_configs(std::move(topics), [answers](kafka::PerTopic<kafka::Config> configs) {
    answers->configs = std::move(configs);
    answers->finish_if_complete();
  });
}

}  // namespace fusion::topics
