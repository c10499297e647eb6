#include "bridge/source.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "bridge/client_log.h"
#include "bridge/committed_offsets.h"
#include "bridge/log.h"
#include "kafka/client_conf.h"

namespace fusion::bridge {
namespace {

constexpr std::size_t kBatchRecords = 100;

kafka::Settings consumer_settings(const Settings& settings) {
  return {
      {"client.id", "fusion-bridge"},
      {"group.id", settings.config.group},
      {"group.instance.id", std::to_string(settings.ordinal)},
      {"partition.assignment.strategy", "range"},
      {"session.timeout.ms", "10000"},
      {"heartbeat.interval.ms", "3000"},
      // Above the longest wait for Kafka in one round of the carrying loop.
      {"max.poll.interval.ms", "60000"},
      {"isolation.level", "read_committed"},
      {"enable.auto.commit", "false"},
      {"enable.auto.offset.store", "false"},
      {"auto.offset.reset", "error"},
      {"enable.partition.eof", "true"},
      {"check.crcs", "true"},
      // New partitions are noticed this often.
      {"topic.metadata.refresh.interval.ms", "10000"},
      {"queued.max.messages.kbytes", "16384"},
      {"fetch.max.bytes", "8388608"},
      // How long fetching rests when the queue is full; librdkafka's 1 s would starve the carrying loop.
      {"fetch.queue.backoff.ms", "10"},
      {"log.queue", "false"},
  };
}

kafka::TopicPartitionListHandle to_list(const std::string& topic, const Positions& positions) {
  kafka::TopicPartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const auto& [partition, position] : positions) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = position.offset;
  }
  return list;
}

}  // namespace

Source::Source(const contract::BridgeConfig& config, Listener& listener)
    : topic_(config.from.name),
      most_at_once_(config.rate_limit || (config.event_time && config.event_time->max_drift) ? 1
                                                                                             : kBatchRecords),
      listener_(listener) {}

Result<std::unique_ptr<Source>> Source::open(const Settings& settings, Listener& listener) {
  const auto unusable = [](const kafka::Error& error) {
    return tl::make_unexpected(Stop{ExitCode::kConfig, error.message});
  };
  auto conf = kafka::client_conf(settings.connection, consumer_settings(settings));
  if (!conf) return unusable(conf.error());
  std::unique_ptr<Source> source(new Source(settings.config, listener));
  log_client(**conf);
  rd_kafka_conf_set_opaque(conf->get(), source.get());
  rd_kafka_conf_set_rebalance_cb(conf->get(), rebalance);
  auto consumer = kafka::new_consumer(std::move(*conf));
  if (!consumer) return unusable(consumer.error());
  source->consumer_ = std::move(*consumer);
  rd_kafka_poll_set_consumer(source->consumer_.get());
  source->queue_.reset(rd_kafka_queue_get_consumer(source->consumer_.get()));

  kafka::TopicPartitionListHandle topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), source->topic_.c_str(), RD_KAFKA_PARTITION_UA);
  if (const auto error = rd_kafka_subscribe(source->consumer_.get(), topics.get())) {
    return tl::make_unexpected(Stop{
        ExitCode::kFailed, "cannot subscribe to topic " + source->topic_ + ": " + rd_kafka_err2str(error)});
  }
  return source;
}

Source::~Source() = default;

kafka::MessageHandle Source::poll(std::chrono::milliseconds timeout) {
  if (batch_.empty()) fill_batch();
  if (!batch_.empty()) {
    auto message = std::move(batch_.front());
    batch_.pop_front();
    return message;
  }
  // A batch would be waited for until it is full.
  kafka::MessageHandle message(rd_kafka_consumer_poll(consumer_.get(), static_cast<int>(timeout.count())));
  record_bytes_ = 0;
  if (message) note_size(*message);
  return message;
}

void Source::fill_batch() {
  const auto most = std::min(most_at_once_, kBatchBytes / std::max<std::size_t>(record_bytes_, 1));
  if (most < 2) return;
  std::array<rd_kafka_message_t*, kBatchRecords> messages;
  const auto drops = drops_;
  const auto count = rd_kafka_consume_batch_queue(queue_.get(), /*timeout_ms=*/0, messages.data(), most);
  if (count > 0) record_bytes_ = 0;
  for (ssize_t i = 0; i < count; ++i) {
    batch_.emplace_back(messages[static_cast<std::size_t>(i)]);
    note_size(*batch_.back());
  }
  if (drops_ != drops) drop_batch();
}

void Source::note_size(const rd_kafka_message_t& message) {
  record_bytes_ = std::max(record_bytes_, message.len + message.key_len);
}

void Source::drop_batch() {
  batch_.clear();
  ++drops_;
}

std::optional<std::string> Source::start(const Positions& positions) {
  drop_batch();
  const auto error = rd_kafka_assign(consumer_.get(), to_list(topic_, positions).get());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return rd_kafka_err2str(error);
  return std::nullopt;
}

std::optional<std::string> Source::commit(const Positions& positions) {
  const auto offsets = committed_offsets(consumer_.get(), topic_, positions);
  const auto error = rd_kafka_commit(consumer_.get(), offsets.get(), /*async=*/0);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return rd_kafka_err2str(error);
  return std::nullopt;
}

void Source::pause(const std::vector<std::int32_t>& partitions) {
  if (!partitions.empty()) rd_kafka_pause_partitions(consumer_.get(), list(partitions).get());
}

void Source::resume(const std::vector<std::int32_t>& partitions) {
  if (!partitions.empty()) rd_kafka_resume_partitions(consumer_.get(), list(partitions).get());
}

kafka::TopicPartitionListHandle Source::list(const std::vector<std::int32_t>& partitions) const {
  kafka::TopicPartitionListHandle list(
      rd_kafka_topic_partition_list_new(static_cast<int>(partitions.size())));
  for (const auto partition : partitions)
    rd_kafka_topic_partition_list_add(list.get(), topic_.c_str(), partition);
  return list;
}

std::optional<std::string> Source::hold() { return start({}); }

std::optional<std::int64_t> Source::end_offset(std::int32_t partition) const {
  std::int64_t low = 0;
  std::int64_t high = 0;
  if (rd_kafka_get_watermark_offsets(consumer_.get(), topic_.c_str(), partition, &low, &high) !=
          RD_KAFKA_RESP_ERR_NO_ERROR ||
      high < 0) {
    return std::nullopt;
  }
  return high;
}

std::optional<std::string> Source::fatal_error() const {
  char text[512];
  if (rd_kafka_fatal_error(consumer_.get(), text, sizeof text) == RD_KAFKA_RESP_ERR_NO_ERROR)
    return std::nullopt;
  return std::string(text);
}

void Source::leave(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  drop_batch();
  // Closing a static member only forgets it; unsubscribing tells the group.
  rd_kafka_unsubscribe(consumer_.get());
  while (group_ && std::chrono::steady_clock::now() < deadline) poll(std::chrono::milliseconds(50));
  rd_kafka_consumer_close(consumer_.get());
}

void Source::rebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t what,
                       rd_kafka_topic_partition_list_t* partitions, void* source) {
  auto& self = *static_cast<Source*>(source);
  if (what == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) return self.take(*partitions);
  if (what == RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS) return self.let_go();
  log(LogLevel::kError, "the group's rebalance failed", {{"error", rd_kafka_err2str(what)}});
  rd_kafka_assign(consumer, nullptr);
}

void Source::take(const rd_kafka_topic_partition_list_t& partitions) {
  group_.reset(rd_kafka_consumer_group_metadata(consumer_.get()));
  // librdkafka waits for this answer before it takes part in another rebalance; positions come later.
  hold();
  std::vector<std::int32_t> numbers;
  for (int i = 0; i < partitions.cnt; ++i) numbers.push_back(partitions.elems[i].partition);
  listener_.assigned(std::move(numbers));
}

void Source::let_go() {
  if (rd_kafka_assignment_lost(consumer_.get()) != 0) {
    listener_.lost();
  } else {
    listener_.revoked();
  }
  group_.reset();
  drop_batch();
  rd_kafka_assign(consumer_.get(), nullptr);
}

}  // namespace fusion::bridge
