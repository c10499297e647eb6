#include "kafka/librdkafka_admin.h"

#include <map>
#include <type_traits>
#include <utility>

#include "kafka/admin_loop.h"
#include "kafka/client_conf.h"
#include "kafka/group_renewal.h"
#include "kafka/topic_name.h"

namespace fusion::kafka {
namespace {

using Clock = std::chrono::steady_clock;

template <class T>
Result<T> typed(const Answer& answer) {
  if (!answer) return tl::make_unexpected(answer.error());
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return std::get<T>(*answer);
  }
}

/// Gathers the answers of one call's items; used on the Admin's thread only.
template <class T>
class Collector {
 public:
  Collector(std::size_t expected, Callback<PerTopic<T>> done) : missing_(expected), done_(std::move(done)) {}

  void add(const std::string& name, Result<T> result) {
    results_.insert_or_assign(name, std::move(result));
    if (--missing_ == 0) done_(std::move(results_));
  }

 private:
  PerTopic<T> results_;
  std::size_t missing_;
  Callback<PerTopic<T>> done_;
};

bool ends_early(const std::string& text) { return text.find('\0') != std::string::npos; }

/// What librdkafka would cut short or could not say.
std::optional<Error> unusable(RequestKind kind, const std::string& name, const Question& question) {
  const auto refuse = [&](Reason reason, const std::string& why) {
    return Error{reason, subject(kind, name) + ": " + why, false};
  };
  const auto refuse_config = [&](const std::map<std::string, std::string>& config) -> std::optional<Error> {
    for (const auto& [key, value] : config) {
      if (ends_early(key) || ends_early(value)) {
        return refuse(Reason::InvalidConfig,
                      "the config " + std::string(key.c_str()) + " contains a zero byte");
      }
    }
    return std::nullopt;
  };
  if (const auto problem = topic_name_problem(name)) {
    return Error{Reason::InvalidTopicName,
                 "Kafka does not allow the topic name \"" + name + "\": " + *problem, false};
  }
  if (const auto* topic = std::get_if<NewTopic>(&question)) return refuse_config(topic->config);
  if (const auto* change = std::get_if<ConfigChange>(&question)) return refuse_config(change->set);
  return std::nullopt;
}

class LibrdkafkaAdmin final : public Admin {
 public:
  LibrdkafkaAdmin(ProducerHandle client, const Connection& connection, const AdminSettings& settings)
      : loop_(std::move(client), describe(connection), settings),
        renewal_(connection, settings.request_timeout) {}

  void describe_cluster(Callback<Result<ClusterDescription>> done) override {
    submit_one<ClusterDescription>(RequestKind::DescribeCluster, "", {}, std::move(done));
  }

  void describe_topics(std::vector<std::string> topics, Callback<PerTopic<TopicDescription>> done) override {
    submit_each(RequestKind::DescribeTopics, names_of(topics), std::move(done));
  }

  void describe_configs(std::vector<std::string> topics, Callback<PerTopic<Config>> done) override {
    submit_each(RequestKind::DescribeConfigs, names_of(topics), std::move(done));
  }

  void describe_broker_configs(std::int32_t broker, Callback<Result<Config>> done) override {
    submit_one<Config>(RequestKind::DescribeBrokerConfigs, std::to_string(broker), {}, std::move(done));
  }

  void create_topics(std::vector<NewTopic> topics, Callback<PerTopic<void>> done) override {
    submit_each(RequestKind::CreateTopics, questions_by(topics, &NewTopic::name), std::move(done));
  }

  void add_partitions(std::vector<NewPartitions> topics, Callback<PerTopic<void>> done) override {
    submit_each(RequestKind::AddPartitions, questions_by(topics, &NewPartitions::topic), std::move(done));
  }

  void alter_configs(std::vector<ConfigChange> changes, Callback<PerTopic<void>> done) override {
    submit_each(RequestKind::AlterConfigs, questions_by(changes, &ConfigChange::topic), std::move(done));
  }

  void delete_topics(std::vector<std::string> topics, Callback<PerTopic<void>> done) override {
    submit_each(RequestKind::DeleteTopics, names_of(topics), std::move(done));
  }

  void list_offsets(std::vector<TopicPartition> partitions, OffsetSpec spec, IsolationLevel isolation,
                    Callback<PerPartition<ListedOffset>> done) override {
    std::map<std::string, OffsetsQuestion> by_topic;
    for (const auto& [topic, partition] : partitions) {
      auto& question = by_topic.try_emplace(topic, OffsetsQuestion{{}, spec, isolation}).first->second;
      question.partitions.push_back(partition);
    }
    // The batch asks for the union of what several callers want of a topic: give each its own.
    Callback<PerTopic<PerPartition<ListedOffset>>> gather = [partitions = std::move(partitions),
                                                             done = std::move(done)](const auto& answers) {
      PerPartition<ListedOffset> offsets;
      for (const auto& partition : partitions) offsets.insert_or_assign(partition, pick(answers, partition));
      done(std::move(offsets));
    };
    submit_each(RequestKind::ListOffsets, Questions{by_topic.begin(), by_topic.end()}, std::move(gather));
  }

  void group_offsets(std::string group, std::vector<TopicPartition> partitions, bool require_stable,
                     Callback<Result<PerPartition<CommittedOffset>>> done) override {
    submit_one<PerPartition<CommittedOffset>>(RequestKind::GroupOffsets, group,
                                              GroupOffsetsQuestion{std::move(partitions), require_stable},
                                              std::move(done));
  }

  void describe_group(std::string group, Callback<Result<GroupDescription>> done) override {
    submit_one<GroupDescription>(RequestKind::DescribeGroup, group, {}, std::move(done));
  }

  void delete_group(std::string group, Callback<Result<void>> done) override {
    submit_one<void>(RequestKind::DeleteGroup, group, {}, std::move(done));
  }

  void renew_group(std::string group, std::string topic, Callback<Result<void>> done) override {
    renewal_.renew(std::move(group), std::move(topic), [this, done = std::move(done)](Result<void> renewed) {
      loop_.post([done, renewed = std::move(renewed)] { done(renewed); });
    });
  }

 private:
  using Questions = std::vector<std::pair<std::string, Question>>;

  static Questions names_of(const std::vector<std::string>& names) {
    Questions questions;
    for (const auto& name : names) questions.emplace_back(name, std::monostate{});
    return questions;
  }

  template <class T>
  static Questions questions_by(std::vector<T>& wanted, std::string T::*name) {
    Questions questions;
    for (auto& one : wanted) questions.emplace_back(one.*name, one);
    return questions;
  }

  static Result<ListedOffset> pick(const PerTopic<PerPartition<ListedOffset>>& by_topic,
                                   const TopicPartition& partition) {
    const auto& offsets = by_topic.at(partition.topic);
    if (!offsets) return tl::make_unexpected(offsets.error());
    const auto found = offsets->find(partition);
    if (found != offsets->end()) return found->second;
    return tl::make_unexpected(Error{Reason::Other,
                                     "topic " + partition.topic + ", partition " +
                                         std::to_string(partition.partition) +
                                         ": Kafka's answer leaves it out",
                                     true});
  }

  template <class T>
  void submit_one(RequestKind kind, const std::string& name, Question question, Callback<Result<T>> done) {
    Item item{kind, name, std::move(question), nullptr, Clock::now()};
    item.answer = [done = std::move(done)](const Answer& answer) { done(typed<T>(answer)); };
    const bool is_group = kind != RequestKind::DescribeCluster && kind != RequestKind::DescribeBrokerConfigs;
    const bool usable = !is_group || (!name.empty() && !ends_early(name));
    loop_.post([this, usable, item = std::move(item)]() mutable {
      if (usable) return loop_.add(std::move(item));
      const Error error{Reason::InvalidRequest, "a consumer group needs a name without zero bytes", false};
      item.answer(tl::make_unexpected(error));
    });
  }

  template <class T>
  void submit_each(RequestKind kind, Questions questions, Callback<PerTopic<T>> done) {
    const auto now = Clock::now();
    loop_.post([this, kind, now, questions = std::move(questions), done = std::move(done)]() mutable {
      std::map<std::string, std::size_t> times;
      for (const auto& [name, _] : questions) ++times[name];
      if (times.empty()) return done({});
      const auto collector = std::make_shared<Collector<T>>(times.size(), std::move(done));
      for (auto& [name, question] : questions) {
        const auto mentioned = std::exchange(times[name], 0);
        if (mentioned == 0) continue;  // an earlier mention speaks for this one
        auto problem = unusable(kind, name, question);
        if (mentioned > 1 && is_write(kind)) {
          problem =
              Error{Reason::InvalidRequest, subject(kind, name) + ": it is named twice in one change", false};
        }
        if (problem) {
          collector->add(name, tl::make_unexpected(*problem));
          continue;
        }
        const auto answer = [collector, name = name](const Answer& given) {
          collector->add(name, typed<T>(given));
        };
        loop_.add(Item{kind, name, std::move(question), answer, now});
      }
    });
  }

  AdminLoop loop_;
  GroupRenewal renewal_;  // its last answers go through the loop
};

}  // namespace

Result<std::unique_ptr<Admin>> make_librdkafka_admin(const Connection& connection, AdminSettings settings) {
  auto conf =
      client_conf(connection, {
                                  // Brokers that come back should be found within a request's time.
                                  {"reconnect.backoff.max.ms", "2000"},
                                  // KIP-714: this client's own figures go to /metrics, not to the brokers.
                                  {"enable.metrics.push", "false"},
                              });
  if (!conf) return tl::make_unexpected(std::move(conf.error()));
  auto client = new_producer(std::move(*conf));
  if (!client) return tl::make_unexpected(std::move(client.error()));
  return std::make_unique<LibrdkafkaAdmin>(std::move(*client), connection, settings);
}

}  // namespace fusion::kafka
