#include "bridge/sink.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "bridge/client_log.h"
#include "kafka/client_conf.h"

namespace fusion::bridge {
namespace {

constexpr std::int64_t kQueueBytes = 32 << 20;
/// librdkafka's default; larger batches compress hardly better.
constexpr std::int64_t kMaxBatchBytes = 1'000'000;
/// The batch's own header (61 bytes) and the produce request's around it, which librdkafka counts too.
constexpr std::int64_t kBatchOverheadBytes = 512;
constexpr int kPurgeTimeout_ms = 1'000;

std::int64_t batch_bytes(std::int64_t max_message_bytes) {
  return std::clamp<std::int64_t>(max_message_bytes - kBatchOverheadBytes, 1, kMaxBatchBytes);
}

kafka::Settings producer_settings(const Settings& settings, std::int64_t batch, std::int64_t queue) {
  std::string codec = settings.config.codec;
  std::transform(codec.begin(), codec.end(), codec.begin(), [](unsigned char c) { return std::tolower(c); });
  kafka::Settings producer = {
      {"client.id", "fusion-bridge"},
      {"transactional.id", settings.transactional_id()},
      // An open transaction blocks every reader of the target for this long when a replica dies.
      {"transaction.timeout.ms", "30000"},
      {"compression.codec", codec},
      {"batch.size", std::to_string(batch)},
      {"linger.ms", "20"},
      {"message.max.bytes", std::to_string(std::min<std::int64_t>(queue, 1'000'000'000))},
      {"queue.buffering.max.kbytes", std::to_string(queue / 1024)},
      {"queue.buffering.max.messages", "500000"},
      // Records without a key are spread by the Partitioner.
      {"sticky.partitioning.linger.ms", "0"},
      {"log.queue", "false"},
  };
  if (settings.config.level) producer["compression.level"] = std::to_string(*settings.config.level);
  return producer;
}

bool is_refusal(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || error == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP ||
         error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

/// Reports of records that failed because the transaction or another record of their batch did.
bool is_echo(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
         error == RD_KAFKA_RESP_ERR__INVALID_DIFFERENT_RECORD;
}

std::int64_t size_of(const rd_kafka_message_t& message) {
  return static_cast<std::int64_t>(message.len + message.key_len);
}

}  // namespace

Sink::Sink(Partitioner::By by, std::int64_t max_message_bytes)
    : max_message_bytes_(max_message_bytes),
      queue_bytes_(std::max(kQueueBytes, 2 * max_message_bytes)),
      partitioner_(by) {}

Result<std::unique_ptr<Sink>> Sink::open(const Settings& settings, std::int64_t max_message_bytes) {
  const auto unusable = [](const kafka::Error& error) {
    return tl::make_unexpected(Stop{ExitCode::kConfig, error.message});
  };
  const auto by = Partitioner::parse(settings.config.partition_by);
  if (!by) return tl::make_unexpected(by.error());
  std::unique_ptr<Sink> sink(new Sink(*by, max_message_bytes));
  auto conf = kafka::client_conf(
      settings.connection, producer_settings(settings, batch_bytes(max_message_bytes), sink->queue_bytes_));
  if (!conf) return unusable(conf.error());
  log_client(**conf);
  rd_kafka_conf_set_opaque(conf->get(), sink.get());
  rd_kafka_conf_set_dr_msg_cb(conf->get(), delivered);
  auto producer = kafka::new_producer(std::move(*conf));
  if (!producer) return unusable(producer.error());
  sink->producer_ = std::move(*producer);

  rd_kafka_topic_conf_t* topic_conf = rd_kafka_default_topic_conf_dup(sink->producer_.get());
  rd_kafka_topic_conf_set_opaque(topic_conf, sink.get());
  rd_kafka_topic_conf_set_partitioner_cb(topic_conf, partition);
  sink->topic_.reset(rd_kafka_topic_new(sink->producer_.get(), settings.config.to.name.c_str(), topic_conf));
  if (!sink->topic_) {
    return tl::make_unexpected(Stop{ExitCode::kConfig, "cannot write to topic " + settings.config.to.name +
                                                           ": " + rd_kafka_err2str(rd_kafka_last_error())});
  }
  return sink;
}

Sink::~Sink() {
  if (!producer_) return;
  // librdkafka drops undelivered messages without a report, and with them the consumed ones that they stand
  // on.
  rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(producer_.get(), kPurgeTimeout_ms);
}

Sink::Produced Sink::produce(kafka::MessageHandle& message) {
  rd_kafka_message_t& consumed = *message;
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const std::int64_t timestamp_ms = rd_kafka_message_timestamp(&consumed, &type);
  if (type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || timestamp_ms <= 0) {
    fail(consumed, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP,
         "it has no time after 1970, and would get another one");
    return Produced::kRefused;
  }
  rd_kafka_headers_t* headers = nullptr;
  rd_kafka_message_detach_headers(&consumed, &headers);
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      producer_.get(), RD_KAFKA_V_RKT(topic_.get()), RD_KAFKA_V_PARTITION(RD_KAFKA_PARTITION_UA),
      RD_KAFKA_V_MSGFLAGS(0), RD_KAFKA_V_KEY(consumed.key, consumed.key_len),
      RD_KAFKA_V_VALUE(consumed.payload, consumed.len), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
      RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(&consumed), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
    static_cast<void>(message.release());  // until delivered()
    return Produced::kQueued;
  }
  if (headers != nullptr) rd_kafka_message_set_headers(&consumed, headers);
  if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) return Produced::kQueueFull;
  fail(consumed, error, rd_kafka_err2str(error));
  return is_refusal(error) ? Produced::kRefused : Produced::kFailed;
}

void Sink::serve(std::chrono::milliseconds timeout) {
  rd_kafka_poll(producer_.get(), static_cast<int>(timeout.count()));
}

void Sink::delivered(rd_kafka_t*, const rd_kafka_message_t* report, void* sink) {
  const kafka::MessageHandle consumed(static_cast<rd_kafka_message_t*>(report->_private));
  if (report->err == RD_KAFKA_RESP_ERR_NO_ERROR) return;
  // Not rd_kafka_message_errstr(): for a produced message it may give the payload, which is not for logs.
  static_cast<Sink*>(sink)->fail(*consumed, report->err, rd_kafka_err2str(report->err));
}

std::int32_t Sink::partition(const rd_kafka_topic_t*, const void* key, std::size_t key_length,
                             std::int32_t partitions, void* sink, void* consumed) {
  const auto& message = *static_cast<const rd_kafka_message_t*>(consumed);
  std::optional<std::string_view> key_bytes;
  if (key != nullptr) key_bytes = std::string_view(static_cast<const char*>(key), key_length);
  return static_cast<Sink*>(sink)->partitioner_.partition_for(key_bytes, message.partition,
                                                              message.len + message.key_len, partitions);
}

void Sink::fail(const rd_kafka_message_t& consumed, rd_kafka_resp_err_t error, const std::string& text) {
  if (is_echo(error)) return;
  const bool refusal = is_refusal(error);
  // All records of a batch that is too large fail alike: the largest is the one.
  const bool worse =
      !failure_ || (refusal && (!failure_->refused || size_of(consumed) > failure_->refused->bytes));
  if (!worse) return;
  failure_ = Failure{"a record was not delivered: " + text, std::nullopt};
  if (!refusal) return;
  Refused refused{consumed.partition, consumed.offset, size_of(consumed), text};
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    refused.reason = "its batch, compressed, is larger than the topic's max.message.bytes (" +
                     std::to_string(max_message_bytes_) + " when this process started)";
  }
  failure_->refused = refused;
}

}  // namespace fusion::bridge
