#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "cli/letter.h"
#include "kafka/connection.h"
#include "kafka/error.h"
#include "kafka/handles.h"

namespace fusion::cli {

/// Writes records in transactions, one after another. Calls wait for Kafka, at most 45 s each; a retriable
/// error is retried that long. Not thread-safe.
///
/// After any failure the open transaction is of no use: call abort(), or let the object go; then the next
/// holder of the transactional id ends it, or the broker after 30 s.
class TransactionalProducer {
 public:
  static kafka::Result<std::unique_ptr<TransactionalProducer>> open(const kafka::Connection& connection,
                                                                    const std::string& transactional_id);
  ~TransactionalProducer();

  /// Once, first of all: fences whoever else holds the transactional id, and ends what they left open. When
  /// it returns, what they had committed is there to be read.
  kafka::Result<void> initialize();

  kafka::Result<void> begin();
  /// Queues a record. Without a partition it goes where Java's clients put its key. `what` names it in the
  /// error that commit() will give if Kafka refuses the record.
  kafka::Result<void> produce(const std::string& topic, std::optional<std::int32_t> partition,
                              std::int64_t timestamp_ms, const Record& record, std::string what);
  /// Either all records of the transaction are there afterwards, or an error is returned. After an error that
  /// says retriable, nobody knows which.
  kafka::Result<void> commit();
  kafka::Result<void> abort();

 private:
  explicit TransactionalProducer(std::string transactional_id) : id_(std::move(transactional_id)) {}

  kafka::Result<void> call(const char* what, auto function);
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* report, void* self);

  const std::string id_;
  std::deque<std::string>
      produced_;  ///< what the records of the open transaction are; librdkafka points here
  std::optional<kafka::Error> refusal_;  ///< the first record's that was not delivered
  kafka::ProducerHandle producer_;
};

}  // namespace fusion::cli
