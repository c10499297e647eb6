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
      {"enable.idempotence", "true"},
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
  if (settings.config.guarantee == "AtLeastOnce") {
    // For ever: a record that expired would leave a hole behind which others are stored.
    producer["message.timeout.ms"] = "0";
  } else {
    producer["transactional.id"] = settings.transactional_id();
    // An open transaction blocks every reader of the target for this long when a replica dies.
    producer["transaction.timeout.ms"] = "30000";
  }
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

/// Of the batches of a topic whose limit was lowered there may be many.
constexpr std::size_t kMostRefused = 1'000;

std::int64_t size_of(const rd_kafka_message_t& message) {
  return static_cast<std::int64_t>(message.len + message.key_len);
}

}  // namespace

Sink::Sink(Partitioner::By by, Partitioner::Hash hash, std::int64_t max_message_bytes)
    : max_message_bytes_(max_message_bytes),
      queue_bytes_(std::max(kQueueBytes, 2 * max_message_bytes)),
      by_pointer_(by == Partitioner::By::kPointer),
      partitioner_(by, hash),
      letter_partitioner_(Partitioner::By::kKey) {}

Result<std::unique_ptr<Sink>> Sink::open(const Settings& settings, std::int64_t max_message_bytes) {
  const auto unusable = [](const kafka::Error& error) {
    return tl::make_unexpected(Stop{ExitCode::kConfig, error.message});
  };
  const auto by = Partitioner::parse(settings.config.partition_by);
  if (!by) return tl::make_unexpected(by.error());
  const auto hash = Partitioner::parse_hash(settings.config.partitioner);
  if (!hash) return tl::make_unexpected(hash.error());
  std::unique_ptr<Sink> sink(new Sink(*by, *hash, max_message_bytes));
  auto conf = kafka::client_conf(
      settings.connection, producer_settings(settings, batch_bytes(max_message_bytes), sink->queue_bytes_));
  if (!conf) return unusable(conf.error());
  log_client(**conf);
  rd_kafka_conf_set_opaque(conf->get(), sink.get());
  rd_kafka_conf_set_dr_msg_cb(conf->get(), delivered);
  auto producer = kafka::new_producer(std::move(*conf));
  if (!producer) return unusable(producer.error());
  sink->producer_ = std::move(*producer);

  auto topic = sink->open_topic(settings.config.to.name);
  if (!topic) return tl::make_unexpected(topic.error());
  sink->topic_ = *std::move(topic);
  if (const auto& dead_letter = settings.config.dead_letter) {
    auto letters = sink->open_topic(dead_letter->topic.name);
    if (!letters) return tl::make_unexpected(letters.error());
    sink->letters_ = *std::move(letters);
  }
  return sink;
}

Result<kafka::TopicHandle> Sink::open_topic(const std::string& name) {
  rd_kafka_topic_conf_t* conf = rd_kafka_default_topic_conf_dup(producer_.get());
  rd_kafka_topic_conf_set_opaque(conf, this);
  rd_kafka_topic_conf_set_partitioner_cb(conf, partition);
  kafka::TopicHandle topic(rd_kafka_topic_new(producer_.get(), name.c_str(), conf));
  if (topic) return topic;
  return tl::make_unexpected(Stop{
      ExitCode::kConfig, "cannot write to topic " + name + ": " + rd_kafka_err2str(rd_kafka_last_error())});
}

Sink::~Sink() {
  if (!producer_) return;
  // librdkafka drops undelivered messages without a report, and with them the consumed ones that they stand
  // on.
  rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(producer_.get(), kPurgeTimeout_ms);
}

Sink::Produced Sink::produce(kafka::MessageHandle& message, const Writing& writing) {
  rd_kafka_headers_t* headers = nullptr;
  rd_kafka_message_detach_headers(message.get(), &headers);
  Outgoing& outgoing = take_outgoing();
  outgoing.is_letter = false;
  outgoing.partitioning_key = writing.partitioning_key;
  const auto produced = send(message, outgoing, topic_, writing.timestamp_ms, headers);
  if (produced != Produced::kQueued && headers != nullptr)
    rd_kafka_message_set_headers(message.get(), headers);
  return produced;
}

Sink::Produced Sink::produce_letter(kafka::MessageHandle& message, const contract::DeadLetter& letter) {
  rd_kafka_headers_t* own = nullptr;
  rd_kafka_message_headers(message.get(), &own);
  auto* headers = own == nullptr ? rd_kafka_headers_new(8) : rd_kafka_headers_copy(own);
  for (const auto& [name, value] : contract::to_headers(letter)) {
    rd_kafka_header_add(headers, name.data(), static_cast<ssize_t>(name.size()),
                        value ? value->data() : nullptr, value ? static_cast<ssize_t>(value->size()) : 0);
  }
  Outgoing& outgoing = take_outgoing();
  outgoing.is_letter = true;
  constexpr std::int64_t kPresent = 0;
  const auto produced = send(message, outgoing, letters_, kPresent, headers);
  if (produced != Produced::kQueued) rd_kafka_headers_destroy(headers);
  return produced;
}

Sink::Outgoing& Sink::take_outgoing() {
  if (free_.empty()) free_.push_back(&outgoing_.emplace_back());
  Outgoing& outgoing = *free_.back();
  free_.pop_back();
  return outgoing;
}

Sink::Produced Sink::send(kafka::MessageHandle& message, Outgoing& outgoing, const kafka::TopicHandle& topic,
                          std::int64_t timestamp_ms, rd_kafka_headers_t* headers) {
  // Taken first: the partitioner asks for it inside the call.
  outgoing.consumed = std::move(message);
  const rd_kafka_message_t& consumed = *outgoing.consumed;
  const rd_kafka_resp_err_t error = rd_kafka_producev(
      producer_.get(), RD_KAFKA_V_RKT(topic.get()), RD_KAFKA_V_PARTITION(RD_KAFKA_PARTITION_UA),
      RD_KAFKA_V_MSGFLAGS(0), RD_KAFKA_V_KEY(consumed.key, consumed.key_len),
      RD_KAFKA_V_VALUE(consumed.payload, consumed.len), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
      RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(&outgoing), RD_KAFKA_V_END);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Produced::kQueued;  // until delivered()
  if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL) fail(outgoing, error);
  message = std::move(outgoing.consumed);
  free_.push_back(&outgoing);
  return error == RD_KAFKA_RESP_ERR__QUEUE_FULL ? Produced::kQueueFull : Produced::kFailed;
}

void Sink::serve(std::chrono::milliseconds timeout) {
  rd_kafka_poll(producer_.get(), static_cast<int>(timeout.count()));
}

void Sink::delivered(rd_kafka_t*, const rd_kafka_message_t* report, void* sink) {
  auto& self = *static_cast<Sink*>(sink);
  auto& outgoing = *static_cast<Outgoing*>(report->_private);
  if (report->err != RD_KAFKA_RESP_ERR_NO_ERROR) self.fail(outgoing, report->err);
  outgoing.consumed.reset();
  self.free_.push_back(&outgoing);
}

std::int32_t Sink::partition(const rd_kafka_topic_t*, const void* key, std::size_t key_length,
                             std::int32_t partitions, void* sink, void* outgoing) {
  auto& self = *static_cast<Sink*>(sink);
  const auto& [consumed, partitioning_key, is_letter] = *static_cast<const Outgoing*>(outgoing);
  std::optional<std::string_view> key_bytes;
  if (key != nullptr) key_bytes = std::string_view(static_cast<const char*>(key), key_length);
  if (self.by_pointer_ && !is_letter) key_bytes = partitioning_key;
  auto& partitioner = is_letter ? self.letter_partitioner_ : self.partitioner_;
  return partitioner.partition_for(key_bytes, consumed->partition, consumed->len + consumed->key_len,
                                   partitions);
}

void Sink::fail(const Outgoing& outgoing, rd_kafka_resp_err_t error) {
  if (is_echo(error)) return;
  // Not rd_kafka_message_errstr(): for a produced message it may give the payload, which is not for logs.
  const std::string text = rd_kafka_err2str(error);
  if (!failure_) failure_ = Failure{"a record was not delivered: " + text, {}};
  if (!is_refusal(error) || failure_->refused.size() == kMostRefused) return;
  const rd_kafka_message_t& consumed = *outgoing.consumed;
  Refused refused{consumed.partition, consumed.offset, size_of(consumed), "RefusedByTarget", text,
                  outgoing.is_letter};
  if (error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
    refused.reason = "TooLarge";
    refused.sentence = "its batch, compressed, is larger than the topic's max.message.bytes (" +
                       std::to_string(max_message_bytes_) + " when this process started)";
  }
  failure_->refused.push_back(std::move(refused));
}

}  // namespace fusion::bridge
