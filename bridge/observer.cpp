#include "bridge/observer.h"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "bridge/answer.h"
#include "bridge/topic_guard.h"

namespace fusion::bridge {
namespace {

/// Takes the offsets of all partitions out of an answer, or the first error in it.
kafka::Result<std::vector<std::optional<std::int64_t>>> offsets_of(
    const kafka::PerPartition<kafka::ListedOffset>& answer) {
  std::vector<std::optional<std::int64_t>> offsets;
  for (const auto& [partition, listed] : answer) {  // sorted by partition
    if (!listed) return tl::make_unexpected(listed.error());
    offsets.push_back(listed->offset);
  }
  return offsets;
}

kafka::Result<std::int64_t> max_message_bytes(const std::string& topic, const kafka::Config& config) {
  std::int64_t bytes = 0;
  const auto limit = config.find("max.message.bytes");
  if (limit != config.end() && limit->second.value) {
    const std::string& text = *limit->second.value;
    std::from_chars(text.data(), text.data() + text.size(), bytes);
  }
  if (bytes > 0) return bytes;
  return tl::make_unexpected(kafka::Error{kafka::Reason::Other,
                                          "Kafka does not tell max.message.bytes of topic " + topic +
                                              ": check that this user may describe the topic's configuration",
                                          false});
}

}  // namespace

Observer::Observer(kafka::Admin& admin, const contract::BridgeConfig& config, std::function<bool()> give_up)
    : admin_(admin), config_(config), give_up_(std::move(give_up)) {}

kafka::Result<Result<kafka::TopicDescription>> Observer::describe(
    const contract::BridgeConfig::Topic& topic) {
  Answer<kafka::PerTopic<kafka::TopicDescription>> answer;
  admin_.describe_topics({topic.name}, answer.callback());
  auto topics = answer.wait(give_up_);
  if (!topics) return tl::make_unexpected(topics.error());
  auto& described = topics->at(topic.name);
  const auto checked = check_topic(topic, described);
  if (!checked) return tl::make_unexpected(checked.error());
  if (!*checked) return Result<kafka::TopicDescription>(tl::make_unexpected(checked->error()));
  return *std::move(described);
}

kafka::Result<kafka::Config> Observer::config_of(const std::string& topic) {
  Answer<kafka::PerTopic<kafka::Config>> answer;
  admin_.describe_configs({topic}, answer.callback());
  auto configs = answer.wait(give_up_);
  if (!configs) return tl::make_unexpected(configs.error());
  return std::move(configs->at(topic));
}

kafka::Result<Result<Observer::Target>> Observer::topics() {
  for (const auto* topic : topics_of(config_)) {
    const auto described = describe(*topic);
    if (!described) return tl::make_unexpected(described.error());
    if (!*described) return Result<Target>(tl::make_unexpected(described->error()));
  }
  const auto config = config_of(config_.to.name);
  if (!config) return tl::make_unexpected(config.error());
  Target target;
  target.limits = target_limits(*config);
  const auto limit = max_message_bytes(config_.to.name, *config);
  if (!limit) return tl::make_unexpected(limit.error());
  target.max_message_bytes = *limit;
  if (!config_.dead_letter) return target;

  const auto& letters = config_.dead_letter->topic.name;
  const auto letters_config = config_of(letters);
  if (!letters_config) return tl::make_unexpected(letters_config.error());
  const auto letters_limit = max_message_bytes(letters, *letters_config);
  if (!letters_limit) return tl::make_unexpected(letters_limit.error());
  target.max_message_bytes = std::min(target.max_message_bytes, *letters_limit);
  return target;
}

kafka::Result<Result<ObservedPositions>> Observer::positions() {
  const auto described = describe(config_.from);
  if (!described) return tl::make_unexpected(described.error());
  if (!*described) return Result<ObservedPositions>(tl::make_unexpected(described->error()));

  std::vector<kafka::TopicPartition> partitions;
  for (std::size_t number = 0; number < (*described)->partitions.size(); ++number) {
    partitions.push_back({config_.from.name, static_cast<std::int32_t>(number)});
  }
  using Listed = kafka::PerPartition<kafka::ListedOffset>;
  Answer<Listed> low;
  Answer<Listed> high;
  Answer<Listed> at_timestamp;
  Answer<kafka::Result<kafka::PerPartition<kafka::CommittedOffset>>> committed;
  const auto isolation = kafka::IsolationLevel::ReadCommitted;
  // The group before the log: positions only move forwards, so none can be above an end that is read later.
  admin_.group_offsets(config_.group, {}, true, committed.callback());
  const auto group = committed.wait(give_up_);
  if (!group) return tl::make_unexpected(group.error());
  if (!*group) return tl::make_unexpected(group->error());

  admin_.list_offsets(partitions, kafka::OffsetSpec::earliest(), isolation, low.callback());
  admin_.list_offsets(partitions, kafka::OffsetSpec::latest(), isolation, high.callback());
  // Without a start timestamp nobody looks at the answer: an empty list is answered without Kafka.
  admin_.list_offsets(config_.start_from == "Timestamp" ? partitions : std::vector<kafka::TopicPartition>{},
                      kafka::OffsetSpec::at(config_.start_timestamp_ms), isolation, at_timestamp.callback());
  const auto lows = low.wait(give_up_).and_then(offsets_of);
  if (!lows) return tl::make_unexpected(lows.error());
  const auto highs = high.wait(give_up_).and_then(offsets_of);
  if (!highs) return tl::make_unexpected(highs.error());
  const auto timestamps = at_timestamp.wait(give_up_).and_then(offsets_of);
  if (!timestamps) return tl::make_unexpected(timestamps.error());

  ObservedPositions observed;
  observed.topic = config_.from.name;
  observed.topic_id = (*described)->topic_id;
  for (std::size_t number = 0; number < partitions.size(); ++number) {
    const auto at = timestamps->empty() ? std::nullopt : (*timestamps)[number];
    observed.log.push_back({(*lows)[number].value_or(0), (*highs)[number].value_or(0), at});
  }
  for (const auto& [partition, offset] : **group) {
    if (partition.topic != config_.from.name) continue;
    if (!offset) return tl::make_unexpected(offset.error());
    observed.committed.emplace(partition.partition,
                               ObservedPositions::Committed{offset->offset, offset->metadata});
  }
  return observed;
}

}  // namespace fusion::bridge
