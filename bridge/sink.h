#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/partitioner.h"
#include "bridge/settings.h"
#include "contract/dead_letter.h"
#include "kafka/handles.h"

namespace fusion::bridge {

/// Writes records to the target topic, and letters to the dead-letter topic, with one idempotent producer;
/// transactional unless the guarantee is AtLeastOnce.
///
/// Payloads are not copied: a consumed message is kept alive until its delivery report. (librdkafka itself
/// copies keys.) Headers move from the consumed message to the produced one; those of a letter are copied.
///
/// Batches hold at most `max_message_bytes` before compression, so that many small records never add up to a
/// batch that the broker refuses. A record that alone is larger has a batch of its own, and is refused only
/// if it is too large when compressed.
///
/// Memory: at most `queue_bytes()` of records wait for their delivery.
///
/// Not thread-safe; delivery reports come inside `serve` and inside the calls of a Committer.
class Sink {
 public:
  /// A record that its topic will never take.
  struct Refused {
    std::int32_t partition = 0;  ///< of the input
    std::int64_t offset = 0;
    std::int64_t bytes = 0;  ///< of key and value
    std::string reason;      ///< CamelCase: TooLarge, RefusedByTarget
    std::string sentence;
    bool is_letter = false;  ///< the dead-letter topic refuses it
  };
  struct Failure {
    std::string message;
    std::vector<Refused> refused;  ///< empty: not the records' fault
  };
  enum class Produced { kQueued, kQueueFull, kFailed };

  /// How a record is written.
  struct Writing {
    std::int64_t timestamp_ms = 0;      ///< above zero
    std::string_view partitioning_key;  ///< with partitionBy Pointer
  };

  /// `max_message_bytes`: of the target topic, or of the dead-letter topic if that takes less.
  static Result<std::unique_ptr<Sink>> open(const Settings& settings, std::int64_t max_message_bytes);
  ~Sink();

  /// Takes the message if the answer is kQueued. After kFailed `failure()` says why.
  Produced produce(kafka::MessageHandle& message, const Writing& writing);
  /// The same, into the dead-letter topic, with the present as its time.
  Produced produce_letter(kafka::MessageHandle& message, const contract::DeadLetter& letter);

  /// Handles delivery reports; waits up to `timeout` for the first one.
  void serve(std::chrono::milliseconds timeout);

  /// What failed since `forget_failure`: the first failure's message, and all records that are to blame.
  const std::optional<Failure>& failure() const { return failure_; }
  void forget_failure() { failure_.reset(); }

  rd_kafka_t* producer() const { return producer_.get(); }
  std::int64_t queue_bytes() const { return queue_bytes_; }

 private:
  /// A record on its way to a topic.
  struct Outgoing {
    kafka::MessageHandle consumed;
    std::string partitioning_key;  ///< keeps its memory for the next record
    bool is_letter = false;
  };

  Sink(Partitioner::By by, Partitioner::Hash hash, std::int64_t max_message_bytes);

  Result<kafka::TopicHandle> open_topic(const std::string& name);
  Outgoing& take_outgoing();
  Produced send(kafka::MessageHandle& message, Outgoing& outgoing, const kafka::TopicHandle& topic,
                std::int64_t timestamp_ms, rd_kafka_headers_t* headers);
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* report, void* sink);
  static std::int32_t partition(const rd_kafka_topic_t*, const void* key, std::size_t key_length,
                                std::int32_t partitions, void* sink, void* outgoing);
  void fail(const Outgoing& outgoing, rd_kafka_resp_err_t error);

  const std::int64_t max_message_bytes_;
  const std::int64_t queue_bytes_;
  const bool by_pointer_;
  Partitioner partitioner_;
  Partitioner letter_partitioner_;
  std::optional<Failure> failure_;
  std::deque<Outgoing> outgoing_;  ///< as many as were ever on their way at once
  std::vector<Outgoing*> free_;    ///< of those, the ones that are not
  kafka::ProducerHandle producer_;
  kafka::TopicHandle topic_;
  kafka::TopicHandle letters_;  ///< null: no dead letters
};

}  // namespace fusion::bridge
