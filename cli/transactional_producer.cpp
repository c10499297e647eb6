#include "cli/transactional_producer.h"

#include <chrono>
#include <utility>

#include "kafka/client_conf.h"
#include "kafka/librdkafka_error.h"

namespace fusion::cli {
namespace {

using std::chrono_literals::operator""s;
using Clock = std::chrono::steady_clock;

constexpr auto kRetryFor = 45s;
constexpr int kCall_ms = 10'000;
constexpr int kPause_ms = 100;
constexpr int kPurge_ms = 1'000;
constexpr int kRemainingTransactionTime = -1;  // what librdkafka recommends

kafka::Settings settings_of(const std::string& transactional_id) {
  return {{"client.id", "fusionctl"},
          {"transactional.id", transactional_id},
          // For so long a killed process may hold up readers, as a bridge may.
          {"transaction.timeout.ms", "30000"},
          {"partitioner", "murmur2_random"},
          {"sticky.partitioning.linger.ms", "0"},
          {"compression.codec", "lz4"},
          // A batch of several could be larger than the topic's max.message.bytes, which each alone is not.
          {"batch.num.messages", "1"},
          // Only the broker knows how large a record may be.
          {"message.max.bytes", "1000000000"},
          {"enable.metrics.push", "false"},
          {"log.queue", "false"}};
}

void* data_of(const std::optional<std::string>& bytes) {
  return bytes ? const_cast<char*>(bytes->data()) : nullptr;
}

std::size_t size_of(const std::optional<std::string>& bytes) { return bytes ? bytes->size() : 0; }

kafka::HeadersHandle headers_of(const Record& record) {
  kafka::HeadersHandle headers(rd_kafka_headers_new(record.headers.size()));
  for (const auto& header : record.headers) {
    rd_kafka_header_add(headers.get(), header.name.data(), static_cast<ssize_t>(header.name.size()),
                        data_of(header.value), static_cast<ssize_t>(size_of(header.value)));
  }
  return headers;
}

bool was_purged(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__PURGE_QUEUE || error == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT;
}

}  // namespace

kafka::Result<std::unique_ptr<TransactionalProducer>> TransactionalProducer::open(
    const kafka::Connection& connection, const std::string& transactional_id) {
  auto conf = kafka::client_conf(connection, settings_of(transactional_id));
  if (!conf) return tl::make_unexpected(conf.error());
  std::unique_ptr<TransactionalProducer> self(new TransactionalProducer(transactional_id));
  rd_kafka_conf_set_events(conf->get(), 0);
  rd_kafka_conf_set_log_cb(conf->get(), nullptr);
  rd_kafka_conf_set_opaque(conf->get(), self.get());
  rd_kafka_conf_set_dr_msg_cb(conf->get(), delivered);
  auto producer = kafka::new_producer(*std::move(conf));
  if (!producer) return tl::make_unexpected(producer.error());
  self->producer_ = *std::move(producer);
  return self;
}

TransactionalProducer::~TransactionalProducer() {
  if (!producer_) return;
  rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
  rd_kafka_flush(producer_.get(), kPurge_ms);
}

kafka::Result<void> TransactionalProducer::call(const char* what, auto function) {
  const auto deadline = Clock::now() + kRetryFor;
  for (;;) {
    const kafka::ErrorHandle error(function());
    if (!error) return {};
    auto failure = kafka::to_error(*error, "transactional id " + id_ + ": " + what);
    if (failure.reason == kafka::Reason::Fatal)
      failure.message += ": somebody else has taken this id over, or the broker ended the transaction";
    if (!failure.retriable || rd_kafka_error_txn_requires_abort(error.get()) != 0 || Clock::now() > deadline)
      return tl::make_unexpected(std::move(failure));
    rd_kafka_poll(producer_.get(), kPause_ms);
  }
}

kafka::Result<void> TransactionalProducer::initialize() {
  return call("init_transactions", [&] { return rd_kafka_init_transactions(producer_.get(), kCall_ms); });
}

kafka::Result<void> TransactionalProducer::begin() {
  produced_.clear();
  refusal_.reset();
  return call("begin_transaction", [&] { return rd_kafka_begin_transaction(producer_.get()); });
}

kafka::Result<void> TransactionalProducer::produce(const std::string& topic,
                                                   std::optional<std::int32_t> partition,
                                                   std::int64_t timestamp_ms, const Record& record,
                                                   std::string what) {
  produced_.push_back(std::move(what));
  auto headers = headers_of(record);
  const auto deadline = Clock::now() + kRetryFor;
  for (;;) {
    const auto error = rd_kafka_producev(
        producer_.get(), RD_KAFKA_V_TOPIC(topic.c_str()),
        RD_KAFKA_V_PARTITION(partition.value_or(RD_KAFKA_PARTITION_UA)),
        RD_KAFKA_V_KEY(data_of(record.key), size_of(record.key)),
        RD_KAFKA_V_VALUE(data_of(record.value), size_of(record.value)), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
        RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_OPAQUE(&produced_.back()), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
      static_cast<void>(headers.release());  // librdkafka's now
      rd_kafka_poll(producer_.get(), 0);
      return {};
    }
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL || Clock::now() > deadline)
      return tl::make_unexpected(kafka::to_error(error, produced_.back(), ""));
    rd_kafka_poll(producer_.get(), kPause_ms);
  }
}

kafka::Result<void> TransactionalProducer::commit() {
  auto committed = call("commit_transaction", [&] {
    return rd_kafka_commit_transaction(producer_.get(), kRemainingTransactionTime);
  });
  // Why the transaction failed is said better by the record that made it fail.
  if (!committed && refusal_) return tl::make_unexpected(*refusal_);
  return committed;
}

kafka::Result<void> TransactionalProducer::abort() {
  return call("abort_transaction",
              [&] { return rd_kafka_abort_transaction(producer_.get(), kRemainingTransactionTime); });
}

void TransactionalProducer::delivered(rd_kafka_t*, const rd_kafka_message_t* report, void* self) {
  auto& producer = *static_cast<TransactionalProducer*>(self);
  if (report->err == RD_KAFKA_RESP_ERR_NO_ERROR || was_purged(report->err) || producer.refusal_) return;
  // It is no fault of the record when the producer was fenced: commit() will say so.
  if (kafka::reason_of(report->err) == kafka::Reason::Fatal) return;
  producer.refusal_ = kafka::to_error(report->err, *static_cast<const std::string*>(report->_private), "");
}

}  // namespace fusion::cli
