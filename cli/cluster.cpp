#include "cli/cluster.h"

#include <future>
#include <utility>

#include "kafka/librdkafka_admin.h"

namespace fusion::cli {
namespace {

using Listed = kafka::PerPartition<kafka::ListedOffset>;

/// Makes a call and waits for its callback, which an Admin promises to call.
template <class T, class Call>
T ask(Call call) {
  const auto promise = std::make_shared<std::promise<T>>();
  auto answer = promise->get_future();
  call(kafka::Callback<T>([promise](T value) { promise->set_value(std::move(value)); }));
  return answer.get();
}

kafka::Result<std::int64_t> offset_in(const Listed& listed, const kafka::TopicPartition& partition) {
  const auto& found = listed.at(partition);
  if (!found) return tl::make_unexpected(found.error());
  return found->offset.value_or(0);
}

}  // namespace

kafka::Result<Cluster> Cluster::connect(const kafka::Connection& connection) {
  auto admin = kafka::make_librdkafka_admin(connection);
  if (!admin) return tl::make_unexpected(admin.error());
  return Cluster(*std::move(admin));
}

kafka::Result<kafka::TopicDescription> Cluster::describe(const std::string& topic) {
  return ask<kafka::PerTopic<kafka::TopicDescription>>(
             [&](auto done) { admin_->describe_topics({topic}, done); })
      .at(topic);
}

kafka::Result<std::vector<PartitionLog>> Cluster::logs(const kafka::TopicDescription& topic) {
  std::vector<kafka::TopicPartition> partitions;
  for (std::size_t i = 0; i < topic.partitions.size(); ++i)
    partitions.push_back({topic.name, static_cast<std::int32_t>(i)});
  const auto listed = [&](kafka::OffsetSpec spec, kafka::IsolationLevel isolation) {
    return ask<Listed>([&](auto done) { admin_->list_offsets(partitions, spec, isolation, done); });
  };
  const auto starts = listed(kafka::OffsetSpec::earliest(), kafka::IsolationLevel::ReadUncommitted);
  // The end before the stable end: both only grow, so that a partition at rest is never taken for a held one.
  const auto ends = listed(kafka::OffsetSpec::latest(), kafka::IsolationLevel::ReadUncommitted);
  const auto stable_ends = listed(kafka::OffsetSpec::latest(), kafka::IsolationLevel::ReadCommitted);
  std::vector<PartitionLog> logs;
  for (const auto& partition : partitions) {
    const auto start = offset_in(starts, partition);
    const auto stable_end = offset_in(stable_ends, partition);
    const auto end = offset_in(ends, partition);
    for (const auto* offset : {&start, &stable_end, &end}) {
      if (!*offset) return tl::make_unexpected(offset->error());
    }
    logs.push_back({*start, *stable_end, *end});
  }
  return logs;
}

kafka::Result<kafka::Config> Cluster::config(const std::string& topic) {
  return ask<kafka::PerTopic<kafka::Config>>([&](auto done) { admin_->describe_configs({topic}, done); })
      .at(topic);
}

kafka::Result<bool> Cluster::has_group(const std::string& group) {
  return ask<kafka::Result<kafka::GroupDescription>>([&](auto done) { admin_->describe_group(group, done); })
      .map([](const auto& described) { return described.state != kafka::GroupState::Dead; });
}

}  // namespace fusion::cli
