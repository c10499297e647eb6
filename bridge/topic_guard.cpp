#include "bridge/topic_guard.h"

#include <utility>

namespace fusion::bridge {
namespace {

tl::unexpected<Stop> wrong_topic(std::string message) {
  return tl::make_unexpected(Stop{ExitCode::kTopic, std::move(message)});
}

}  // namespace

kafka::Result<Result<void>> check_topic(const contract::BridgeConfig::Topic& declared,
                                        const kafka::Result<kafka::TopicDescription>& described) {
  if (!described && described.error().reason == kafka::Reason::TopicNotFound) {
    return wrong_topic("topic " + declared.name +
                       " does not exist: create it, or wait until the operator has done so");
  }
  if (!described) return tl::make_unexpected(described.error());
  if (described->topic_id != declared.id) {
    return wrong_topic("topic " + declared.name + " has the id " + described->topic_id +
                       " and was declared with the id " + declared.id +
                       ": it was deleted and created anew, and what this bridge knows of it does not hold");
  }
  return Result<void>();
}

std::vector<const contract::BridgeConfig::Topic*> topics_of(const contract::BridgeConfig& config) {
  std::vector<const contract::BridgeConfig::Topic*> topics{&config.from, &config.to};
  if (config.dead_letter) topics.push_back(&config.dead_letter->topic);
  return topics;
}

void TopicGuard::ask() {
  question_.emplace();
  std::vector<std::string> names;
  for (const auto* topic : topics_of(config_)) names.push_back(topic->name);
  admin_.describe_topics(names, question_->callback());
}

std::optional<kafka::Result<Result<void>>> TopicGuard::answer() {
  if (!question_) return std::nullopt;
  const auto topics = question_->poll();
  if (!topics) return std::nullopt;
  question_.reset();
  return check(*topics);
}

kafka::Result<Result<void>> TopicGuard::wait(const std::function<void()>& waiting) {
  const auto topics = question_->wait([&] {
    waiting();
    return false;
  });
  question_.reset();
  if (!topics) return tl::make_unexpected(topics.error());
  return check(*topics);
}

kafka::Result<Result<void>> TopicGuard::check(const Topics& topics) const {
  for (const auto* declared : topics_of(config_)) {
    auto checked = check_topic(*declared, topics.at(declared->name));
    if (!checked || !*checked) return checked;
  }
  return Result<void>();
}

}  // namespace fusion::bridge
