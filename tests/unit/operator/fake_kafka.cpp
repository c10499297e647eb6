#include "tests/unit/operator/fake_kafka.h"

#include <utility>

namespace fusion::op::testing {

using kafka::Callback;
using kafka::Error;
using kafka::PerPartition;
using kafka::PerTopic;
using kafka::Result;

class FakeAdmin final : public kafka::Admin {
 public:
  explicit FakeAdmin(FakeKafka& kafka) : kafka_(kafka) {}

  void describe_cluster(Callback<Result<kafka::ClusterDescription>> done) override {
    later([this, done] {
      if (kafka_.down) return done(tl::unexpected(unreachable()));
      done(kafka::ClusterDescription{"cluster-1", {1}});
    });
  }

  void describe_topics(std::vector<std::string> names,
                       Callback<PerTopic<kafka::TopicDescription>> done) override {
    for_each_topic<kafka::TopicDescription>(
        std::move(names), std::move(done), [](const std::string& name, const FakeKafka::Topic& topic) {
          kafka::TopicDescription description;
          description.name = name;
          description.topic_id = topic.id;
          description.partitions.resize(static_cast<std::size_t>(topic.partitions));
          description.replication_factor = 1;
          return description;
        });
  }

  void describe_configs(std::vector<std::string> names, Callback<PerTopic<kafka::Config>> done) override {
    for_each_topic<kafka::Config>(std::move(names), std::move(done),
                                  [](const std::string&, const FakeKafka::Topic& topic) {
                                    kafka::Config config;
                                    for (const auto& [key, value] : topic.config)
                                      config[key] = {value, kafka::ConfigSource::Topic, false};
                                    return config;
                                  });
  }

  void describe_broker_configs(std::int32_t, Callback<Result<kafka::Config>> done) override {
    later([done] { done(kafka::Config{}); });
  }

  void create_topics(std::vector<kafka::NewTopic> topics, Callback<PerTopic<void>> done) override {
    later([this, topics, done] {
      PerTopic<void> answers;
      for (const auto& topic : topics) {
        if (const auto error = refusal(topic.name)) {
          answers.emplace(topic.name, tl::unexpected(*error));
        } else if (kafka_.topics.contains(topic.name)) {
          answers.emplace(topic.name,
                          tl::unexpected(Error{kafka::Reason::TopicAlreadyExists, "exists", false}));
        } else {
          kafka_.topics[topic.name] = {"id-" + std::to_string(++kafka_.created_),
                                       topic.partitions.value_or(1), topic.config};
          write("create " + topic.name);
          answers.emplace(topic.name, Result<void>{});
        }
      }
      done(std::move(answers));
    });
  }

  void add_partitions(std::vector<kafka::NewPartitions> topics, Callback<PerTopic<void>> done) override {
    later([this, topics, done] {
      PerTopic<void> answers;
      for (const auto& topic : topics) {
        answers.emplace(topic.topic, change(topic.topic, "grow", [&](FakeKafka::Topic& known) {
                          known.partitions = topic.total;
                        }));
      }
      done(std::move(answers));
    });
  }

  void alter_configs(std::vector<kafka::ConfigChange> changes, Callback<PerTopic<void>> done) override {
    later([this, changes, done] {
      PerTopic<void> answers;
      for (const auto& wanted : changes) {
        answers.emplace(wanted.topic, change(wanted.topic, "alter", [&](FakeKafka::Topic& known) {
                          for (const auto& [key, value] : wanted.set) known.config[key] = value;
                          for (const auto& key : wanted.reset) known.config.erase(key);
                        }));
      }
      done(std::move(answers));
    });
  }

  void delete_topics(std::vector<std::string> names, Callback<PerTopic<void>> done) override {
    later([this, names, done] {
      PerTopic<void> answers;
      for (const auto& name : names) {
        auto answer = change(name, "delete", [](FakeKafka::Topic&) {});
        if (answer) kafka_.topics.erase(name);
        answers.emplace(name, std::move(answer));
      }
      done(std::move(answers));
    });
  }

  void list_offsets(std::vector<kafka::TopicPartition> partitions, kafka::OffsetSpec spec,
                    kafka::IsolationLevel, Callback<PerPartition<kafka::ListedOffset>> done) override {
    for (const auto& partition : partitions) kafka_.asked.insert(partition.topic);
    later([this, partitions, spec, done] {
      PerPartition<kafka::ListedOffset> offsets;
      for (const auto& partition : partitions) {
        if (kafka_.down) {
          offsets.emplace(partition, tl::unexpected(unreachable()));
        } else {
          const auto end = kafka_.ends.find(partition);
          const bool at_end = spec.kind == kafka::OffsetSpec::Kind::Latest && end != kafka_.ends.end();
          offsets.emplace(partition, kafka::ListedOffset{at_end ? end->second : 0, std::nullopt});
        }
      }
      done(std::move(offsets));
    });
  }

  void group_offsets(std::string group, std::vector<kafka::TopicPartition>, bool,
                     Callback<Result<PerPartition<kafka::CommittedOffset>>> done) override {
    kafka_.asked.insert(group);
    later([this, group, done] {
      if (kafka_.down) return done(tl::unexpected(unreachable()));
      done(kafka_.commits[group]);
    });
  }

  void describe_group(std::string group, Callback<Result<kafka::GroupDescription>> done) override {
    later([this, group, done] {
      if (kafka_.down) return done(tl::unexpected(unreachable()));
      const auto known = kafka_.groups.find(group);
      done(known == kafka_.groups.end() ? kafka::GroupDescription{kafka::GroupState::Empty, 0}
                                        : known->second);
    });
  }

  void delete_group(std::string group, Callback<Result<void>> done) override {
    later([this, group, done] {
      if (kafka_.down) return done(tl::unexpected(unreachable()));
      write("delete-group " + group);
      done({});
    });
  }

  void renew_group(std::string group, std::string, Callback<Result<void>> done) override {
    later([this, group, done] {
      if (kafka_.down) return done(tl::unexpected(unreachable()));
      if (const auto error = refusal(group)) return done(tl::unexpected(*error));
      write("renew " + group);
      done({});
    });
  }

 private:
  static Error unreachable() { return {kafka::Reason::Unreachable, "no broker of k:9092 answers", true}; }

  void later(std::function<void()> answer) { kafka_.answers_.push_back(std::move(answer)); }
  void write(const std::string& what) { kafka_.writes.push_back(what); }

  std::optional<Error> refusal(const std::string& topic) {
    if (kafka_.down) return unreachable();
    const auto found = kafka_.refused.find(topic);
    if (found == kafka_.refused.end()) return std::nullopt;
    write("refused " + topic);
    return found->second;
  }

  Result<void> change(const std::string& topic, const std::string& what,
                      const std::function<void(FakeKafka::Topic&)>& how) {
    if (const auto error = refusal(topic)) return tl::unexpected(*error);
    const auto found = kafka_.topics.find(topic);
    if (found == kafka_.topics.end())
      return tl::unexpected(Error{kafka::Reason::TopicNotFound, "no such topic", false});
    write(what + " " + topic);
    how(found->second);
    return {};
  }

  template <class T, class Describe>
  void for_each_topic(std::vector<std::string> names, Callback<PerTopic<T>> done, Describe describe) {
    kafka_.asked.insert(names.begin(), names.end());
    later([this, names = std::move(names), done = std::move(done), describe] {
      PerTopic<T> answers;
      for (const auto& name : names) {
        const auto found = kafka_.topics.find(name);
        if (kafka_.down) {
          answers.emplace(name, tl::unexpected(unreachable()));
        } else if (found == kafka_.topics.end()) {
          answers.emplace(name, tl::unexpected(Error{kafka::Reason::TopicNotFound, "no such topic", false}));
        } else {
          answers.emplace(name, describe(name, found->second));
        }
      }
      done(std::move(answers));
    });
  }

  FakeKafka& kafka_;
};

int FakeKafka::answer() {
  int given = 0;
  while (!silent && !answers_.empty()) {
    const auto next = std::move(answers_.front());
    answers_.pop_front();
    next();
    ++given;
  }
  return given;
}

std::unique_ptr<kafka::Admin> FakeKafka::connect() { return std::make_unique<FakeAdmin>(*this); }

}  // namespace fusion::op::testing
