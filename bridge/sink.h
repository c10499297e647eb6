#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "bridge/partitioner.h"
#include "bridge/settings.h"
#include "kafka/handles.h"

namespace fusion::bridge {

/// Writes records to the target topic with a transactional, idempotent producer.
///
/// Payloads are not copied: a consumed message is kept alive until its delivery report. (librdkafka itself
/// copies keys.) Headers move from the consumed message to the produced one.
///
/// Batches hold at most `max.message.bytes` of the target before compression, so that many small records
/// never add up to a batch that the broker refuses. A record that alone is larger has a batch of its own, and
/// is refused only if it is too large when compressed.
///
/// Memory: at most `queue_bytes()` of records wait for their delivery.
///
/// Not thread-safe; delivery reports come inside `serve` and inside the calls of Transaction.
class Sink {
 public:
  /// A record that the target will never take.
  struct Refused {
    std::int32_t partition = 0;  ///< of the input
    std::int64_t offset = 0;
    std::int64_t bytes = 0;  ///< of key and value
    std::string reason;
  };
  struct Failure {
    std::string message;
    std::optional<Refused> refused;  ///< none: not the record's fault
  };
  enum class Produced { kQueued, kQueueFull, kRefused, kFailed };

  /// `max_message_bytes`: of the target topic.
  static Result<std::unique_ptr<Sink>> open(const Settings& settings, std::int64_t max_message_bytes);
  ~Sink();

  /// Takes the message if the answer is kQueued. After kRefused and kFailed `failure()` says why.
  Produced produce(kafka::MessageHandle& message);

  /// Handles delivery reports; waits up to `timeout` for the first one.
  void serve(std::chrono::milliseconds timeout);

  /// The first failure since `forget_failure`; a refused record stands above other failures.
  const std::optional<Failure>& failure() const { return failure_; }
  void forget_failure() { failure_.reset(); }

  rd_kafka_t* producer() const { return producer_.get(); }
  std::int64_t queue_bytes() const { return queue_bytes_; }

 private:
  Sink(Partitioner::By by, std::int64_t max_message_bytes);

  static void delivered(rd_kafka_t*, const rd_kafka_message_t* report, void* sink);
  static std::int32_t partition(const rd_kafka_topic_t*, const void* key, std::size_t key_length,
                                std::int32_t partitions, void* sink, void* consumed);
  void fail(const rd_kafka_message_t& consumed, rd_kafka_resp_err_t error, const std::string& text);

  const std::int64_t max_message_bytes_;
  const std::int64_t queue_bytes_;
  Partitioner partitioner_;
  std::optional<Failure> failure_;
  kafka::ProducerHandle producer_;
  kafka::TopicHandle topic_;
};

}  // namespace fusion::bridge
