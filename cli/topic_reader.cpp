#include "cli/topic_reader.h"

#include <optional>
#include <utility>

#include "kafka/client_conf.h"
#include "kafka/librdkafka_error.h"

namespace fusion::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPoll_ms = 100;

kafka::Result<kafka::ConsumerHandle> open_consumer(const kafka::Connection& connection,
                                                   const ReadingRules& rules) {
  const bool committed = rules.isolation == kafka::IsolationLevel::ReadCommitted;
  auto conf =
      kafka::client_conf(connection, {{"client.id", "fusionctl"},
                                      // librdkafka asks for a name although no group is joined.
                                      {"group.id", "fusionctl"},
                                      {"isolation.level", committed ? "read_committed" : "read_uncommitted"},
                                      {"enable.auto.commit", "false"},
                                      {"enable.auto.offset.store", "false"},
                                      {"auto.offset.reset", "error"},
                                      {"enable.partition.eof", "true"},
                                      {"check.crcs", "true"},
                                      {"queued.max.messages.kbytes", "16384"},
                                      {"fetch.queue.backoff.ms", "10"},
                                      // The end of a partition is told by an empty answer.
                                      {"fetch.wait.max.ms", "20"},
                                      {"enable.metrics.push", "false"},
                                      {"log.queue", "false"}});
  if (!conf) return tl::make_unexpected(conf.error());
  // Whoever reads has asked the Admin before, which says what is wrong with a connection.
  rd_kafka_conf_set_events(conf->get(), 0);
  rd_kafka_conf_set_log_cb(conf->get(), nullptr);
  return kafka::new_consumer(*std::move(conf));
}

/// What is left to be read.
class Remainder {
 public:
  explicit Remainder(const std::map<std::int32_t, OffsetSpan>& spans) {
    for (const auto& [partition, span] : spans) {
      if (span.begin < span.end) left_.emplace(partition, span);
    }
  }

  bool empty() const { return left_.empty(); }
  const std::map<std::int32_t, OffsetSpan>& spans() const { return left_; }

  bool wants(const rd_kafka_message_t& message) const {
    const auto found = left_.find(message.partition);
    return found != left_.end() && message.offset < found->second.end;
  }

  /// Everything of the partition before `offset` has been read. Whether that is news.
  bool reached(std::int32_t partition, std::int64_t offset) {
    const auto found = left_.find(partition);
    if (found == left_.end() || offset <= found->second.begin) return false;
    found->second.begin = offset;
    if (offset >= found->second.end) left_.erase(found);
    return true;
  }

 private:
  std::map<std::int32_t, OffsetSpan> left_;
};

kafka::Error stuck(const std::string& topic, const Remainder& remainder, std::chrono::milliseconds patience) {
  const auto& [partition, span] = *remainder.spans().begin();
  return {kafka::Reason::Timeout,
          "topic " + topic + ": partition " + std::to_string(partition) + " does not go on at offset " +
              std::to_string(span.begin) + " since " + std::to_string(patience.count() / 1'000) +
              " s: a transaction is open there (fusionctl transactions list), or the broker is not reached",
          true};
}

kafka::TopicPartitionListHandle assignment_of(const std::string& topic, const Remainder& remainder) {
  kafka::TopicPartitionListHandle list(
      rd_kafka_topic_partition_list_new(static_cast<int>(remainder.spans().size())));
  for (const auto& [partition, span] : remainder.spans())
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = span.begin;
  return list;
}

/// Errors of the reading itself; those of the group that nobody joins mean nothing.
std::optional<kafka::Error> failure_of(const rd_kafka_message_t& message, const std::string& topic) {
  if (message.rkt == nullptr) return std::nullopt;
  auto error = kafka::to_error(message.err, "topic " + topic, rd_kafka_message_errstr(&message));
  if (error.retriable) return std::nullopt;
  return error;
}

}  // namespace

kafka::Result<void> read_topic(const kafka::Connection& connection, const std::string& topic,
                               const std::map<std::int32_t, OffsetSpan>& spans, const ReadingRules& rules,
                               const OnMessage& on_message) {
  Remainder remainder(spans);
  if (remainder.empty()) return {};
  auto consumer = open_consumer(connection, rules);
  if (!consumer) return tl::make_unexpected(consumer.error());
  rd_kafka_poll_set_consumer(consumer->get());
  if (const auto error = rd_kafka_assign(consumer->get(), assignment_of(topic, remainder).get()))
    return tl::make_unexpected(kafka::to_error(error, "topic " + topic, ""));
  for (auto last_news = Clock::now(); !remainder.empty();) {
    if (Clock::now() - last_news > rules.patience)
      return tl::make_unexpected(stuck(topic, remainder, rules.patience));
    const kafka::MessageHandle message(rd_kafka_consumer_poll(consumer->get(), kPoll_ms));
    if (!message) continue;
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      if (remainder.reached(message->partition, message->offset)) last_news = Clock::now();
    } else if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (auto failure = failure_of(*message, topic)) return tl::make_unexpected(*std::move(failure));
    } else {
      if (remainder.wants(*message)) {
        if (auto told = on_message(*message); !told) return told;
      }
      remainder.reached(message->partition, message->offset + 1);
      last_news = Clock::now();
    }
  }
  return {};
}

}  // namespace fusion::cli
