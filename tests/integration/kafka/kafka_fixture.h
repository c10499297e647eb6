#pragma once

#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <future>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "kafka/librdkafka_admin.h"

namespace fusion::kafka {

/// Of the cluster under test: `eval "$(dev/cluster env)"`. Absence fails the test.
inline std::string environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr)
    throw std::runtime_error(std::string(name) + " is not set: eval \"$(dev/cluster env)\" first");
  return value;
}

/// Makes a call and waits for its callback: ask<Result<X>>([&](auto done) { admin.call(..., done); }).
template <class T, class Call>
T ask(Call call) {
  const auto promise = std::make_shared<std::promise<T>>();
  auto answer = promise->get_future();
  call(Callback<T>([promise](T value) { promise->set_value(std::move(value)); }));
  if (answer.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
    throw std::runtime_error("a callback was not called within a minute");
  }
  return answer.get();
}

/// Polls until `condition` holds; fails the test after half a minute.
template <class Condition>
void wait_until(const std::string& what, Condition condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!condition()) {
    ASSERT_LT(std::chrono::steady_clock::now(), limit) << "in vain for: " << what;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

MATCHER_P(FailsWith, reason, "fails with " + std::string(to_string(reason))) {
  if (arg.has_value()) return *result_listener << "it succeeded", false;
  *result_listener << to_string(arg.error().reason) << ": " << arg.error().message;
  return arg.error().reason == reason;
}

MATCHER(Succeeds, "succeeds") {
  if (!arg.has_value()) *result_listener << to_string(arg.error().reason) << ": " << arg.error().message;
  return arg.has_value();
}

/// A client of the real broker, and topics of names that no other run has; they are deleted afterwards.
class KafkaTest : public testing::Test {
 protected:
  explicit KafkaTest(std::string bootstrap_servers = environment("KAFKA_BOOTSTRAP"))
      : bootstrap(std::move(bootstrap_servers)) {}

  static std::unique_ptr<Admin> connect(const Connection& connection, AdminSettings settings = {}) {
    auto made = make_librdkafka_admin(connection, std::move(settings));
    if (!made) throw std::runtime_error(made.error().message);
    return std::move(*made);
  }

  void TearDown() override {
    if (names_.empty()) return;
    ask<PerTopic<void>>([&](auto done) { admin->delete_topics({names_.begin(), names_.end()}, done); });
  }

  /// A name for this run alone, noted for deletion.
  std::string unique(const std::string& word) {
    const auto now = std::chrono::system_clock::now().time_since_epoch().count();
    const std::string name = "it-" + std::to_string(getpid()) + "-" + std::to_string(now) + "-" + word;
    names_.insert(name);
    return name;
  }

  Result<void> create(NewTopic topic) {
    const std::string name = topic.name;
    return ask<PerTopic<void>>([&](auto done) { admin->create_topics({topic}, done); }).at(name);
  }

  /// Creates a topic and waits until brokers know of it.
  std::string created(const std::string& word, int partitions = 1,
                      std::map<std::string, std::string> config = {}) {
    const auto name = unique(word);
    EXPECT_THAT(create({name, partitions, 1, std::move(config)}), Succeeds());
    wait_until("topic " + name, [&] { return described(name).has_value() && leaders_known(name); });
    return name;
  }

  Result<TopicDescription> described(const std::string& topic) {
    return ask<PerTopic<TopicDescription>>([&](auto done) { admin->describe_topics({topic}, done); })
        .at(topic);
  }

  bool leaders_known(const std::string& topic) {
    const auto description = described(topic);
    if (!description) return false;
    for (const auto& partition : description->partitions) {
      if (!partition.leader) return false;
    }
    return true;
  }

  Result<Config> config(const std::string& topic) {
    return ask<PerTopic<Config>>([&](auto done) { admin->describe_configs({topic}, done); }).at(topic);
  }

  std::string bootstrap;
  std::unique_ptr<Admin> admin = connect({bootstrap, {}, {}});

 private:
  std::set<std::string> names_;
};

}  // namespace fusion::kafka
