#include "cli/watch_transactions.h"

#include <algorithm>
#include <optional>
#include <ostream>
#include <thread>
#include <utility>

#include "api/timestamp.h"
#include "cli/text_table.h"
#include "cli/topic_reader.h"
#include "cli/transactional_producer.h"

namespace fusion::cli {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using Clock = std::chrono::steady_clock;

constexpr auto kPause = 250ms;
constexpr auto kReleasedWithin = 10s;
constexpr auto kRecordPatience = 5s;

kafka::Result<Look> look_at(Cluster& cluster, const std::vector<kafka::TopicDescription>& topics) {
  Look look;
  for (const auto& topic : topics) {
    const auto logs = cluster.logs(topic);
    if (!logs) return tl::make_unexpected(logs.error());
    std::int32_t partition = 0;
    for (const auto& log : *logs) look[{topic.name, partition++}] = log;
  }
  return look;
}

/// What is held at the same offsets until the deadline; less as soon as `held` gets empty.
kafka::Result<HeldPartitions> watch(Cluster& cluster, const std::vector<kafka::TopicDescription>& topics,
                                    HeldPartitions held, Clock::time_point deadline) {
  while (!held.empty() && Clock::now() < deadline) {
    std::this_thread::sleep_for(std::min<Clock::duration>(kPause, deadline - Clock::now()));
    const auto look = look_at(cluster, topics);
    if (!look) return tl::make_unexpected(look.error());
    held = still_held(held, *look);
  }
  return held;
}

/// The time that the first record of an open transaction carries; "?" if it cannot be read.
std::string time_of_record(const kafka::Connection& connection, const kafka::TopicPartition& partition,
                           std::int64_t offset) {
  std::optional<std::int64_t> time_ms;
  const auto read = read_topic(connection, partition.topic, {{partition.partition, {offset, offset + 1}}},
                               {kafka::IsolationLevel::ReadUncommitted, kRecordPatience},
                               [&](rd_kafka_message_t& message) -> kafka::Result<void> {
                                 time_ms = rd_kafka_message_timestamp(&message, nullptr);
                                 return {};
                               });
  if (!read || !time_ms) return "?";
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(*time_ms)};
  return api::to_text(std::chrono::floor<std::chrono::seconds>(time));
}

std::string text_of(const std::vector<std::string>& ids) {
  std::string text;
  for (const auto& id : ids) text += (text.empty() ? "" : ", ") + id;
  return text.empty() ? "none of this pipeline's bridges" : text;
}

}  // namespace

kafka::Result<std::size_t> list_transactions(const TransactionList& list, std::ostream& out,
                                             std::ostream& err) {
  auto cluster = Cluster::connect(list.connection);
  if (!cluster) return tl::make_unexpected(cluster.error());
  std::vector<kafka::TopicDescription> topics;
  for (const auto& name : list.pipeline.topics) {
    auto topic = cluster->describe(name);
    if (topic) {
      topics.push_back(*std::move(topic));
    } else if (topic.error().reason == kafka::Reason::TopicNotFound) {
      err << topic.error().message << "\n";
    } else {
      return tl::make_unexpected(topic.error());
    }
  }
  const auto look = look_at(*cluster, topics);
  if (!look) return tl::make_unexpected(look.error());
  const auto held = watch(*cluster, topics, held_in(*look), Clock::now() + list.duration);
  if (!held) return tl::make_unexpected(held.error());
  if (held->empty()) {
    out << "no hanging transaction\n";
    return 0;
  }
  TextTable table({"TOPIC", "PARTITION", "HELD AT", "TIME OF THE RECORD", "MAY BE HELD BY"});
  for (const auto& [partition, offset] : *held) {
    table.add({partition.topic, std::to_string(partition.partition), std::to_string(offset),
               time_of_record(list.connection, partition, offset),
               text_of(possible_holders(list.parts, list.pipeline, partition.topic))});
  }
  table.print(out);
  return held->size();
}

kafka::Result<std::size_t> abort_transaction(const TransactionAbort& abort, std::ostream& out) {
  const auto id = bridge_id(abort.parts, abort.pipeline, abort.bridge.name, abort.ordinal);
  const auto group = id.substr(0, id.rfind('/'));
  auto cluster = Cluster::connect(abort.connection);
  if (!cluster) return tl::make_unexpected(cluster.error());
  const auto known = cluster->has_group(group);
  if (!known) return tl::make_unexpected(known.error());
  if (!*known) {
    return tl::make_unexpected(
        kafka::Error{kafka::Reason::GroupNotFound,
                     "Kafka knows no consumer group " + group +
                         ", so no bridge of this name has run: check --installation-id, "
                         "--namespace and --bridge against kafka-consumer-groups.sh --list",
                     false});
  }
  std::vector<kafka::TopicDescription> topics;
  for (const auto& name : {abort.bridge.to, abort.bridge.dead_letter}) {
    if (name.empty()) continue;
    auto topic = cluster->describe(name);
    if (!topic) return tl::make_unexpected(topic.error());
    topics.push_back(*std::move(topic));
  }
  const auto look = look_at(*cluster, topics);
  if (!look) return tl::make_unexpected(look.error());
  const auto held = held_in(*look);
  auto ended = TransactionalProducer::open(abort.connection, id).and_then([](auto producer) {
    return producer->initialize();
  });
  if (!ended) return tl::make_unexpected(ended.error());
  out << "took over the transactional id " << id << "; a replica that ran with it starts anew\n";
  const auto still = watch(*cluster, topics, held, Clock::now() + kReleasedWithin);
  if (!still) return tl::make_unexpected(still.error());
  if (held.empty()) out << "no transaction was open on its topics\n";
  for (const auto& [partition, offset] : held) {
    out << Place{partition.topic, partition.partition, offset}.to_text() << ": "
        << (still->contains(partition) ? "held as before, by another producer" : "released") << "\n";
  }
  return still->size();
}

}  // namespace fusion::cli
