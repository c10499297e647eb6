#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/offset_tracker.h"
#include "bridge/settings.h"
#include "kafka/handles.h"

namespace fusion::bridge {

/// Reads the input topic as a member of the bridge's consumer group, committed records only.
///
/// Rebalancing is eager (strategy `range`): every rebalance takes all partitions away and gives new ones, so
/// that a transaction lies within one assignment and one generation of the group by construction. (Under
/// cooperative-sticky, partitions that stay would carry a transaction over into a generation which its
/// group metadata does not name.) It costs one commit and a pause well under a second when replicas change.
/// Membership is static (KIP-345, the ordinal is the instance id): a replica that was killed and comes back
/// within the session timeout of 10 s gets its partitions at once, without waiting for its dead self. A
/// replica that ends on purpose leaves the group, and the others take over at once.
///
/// Memory: at most 16 MiB of fetched records wait here, and at most 8 MiB more come with each broker's answer
/// that is under way. Records are taken from librdkafka up to 100 at once, which costs it less than one by
/// one, but no more than fit into 1 MiB, as far as those before them tell: while they are carried, librdkafka
/// is not asked for anything else, such as a rebalance. Where partitions may be paused or records have to
/// wait (maxDrift, rateLimit) each is taken by itself: of a batch that reaches a partition's end librdkafka
/// resumes one record too late (its issue 4844).
///
/// Not thread-safe; the listener is called inside `poll` and `leave`.
class Source {
 public:
  struct Listener {
    virtual ~Listener() = default;
    /// These partitions are ours from now on. Nothing is read until `Source::start`.
    virtual void assigned(std::vector<std::int32_t> partitions) = 0;
    /// Our partitions go to others as soon as this returns: the last moment to commit or abort.
    virtual void revoked() = 0;
    /// Our partitions went to others already: what is open must be aborted.
    virtual void lost() = 0;
  };

  static Result<std::unique_ptr<Source>> open(const Settings& settings, Listener& listener);
  ~Source();

  /// Waits up to `timeout` for a record; none came: null. The message may carry an error instead of a record
  /// (RD_KAFKA_RESP_ERR__PARTITION_EOF with the end's offset, for example).
  kafka::MessageHandle poll(std::chrono::milliseconds timeout);

  /// Reads the partitions from these positions; what was fetched before is dropped.
  /// An error says why librdkafka refuses.
  std::optional<std::string> start(const Positions& positions);
  /// Reads nothing and drops what was fetched; the assignment stays ours.
  std::optional<std::string> hold();

  const std::string& topic() const { return topic_; }

  /// Commits positions to the group, outside of any transaction. An error says why Kafka refuses.
  std::optional<std::string> commit(const Positions& positions);

  /// Reads no more of these partitions until `resume`; what was fetched of them is fetched anew then.
  void pause(const std::vector<std::int32_t>& partitions);
  void resume(const std::vector<std::int32_t>& partitions);

  /// The group's member and generation as they were when the partitions were assigned. Null before that.
  const rd_kafka_consumer_group_metadata_t* group() const { return group_.get(); }

  /// The high watermark of the partition as the last fetch saw it; none before.
  std::optional<std::int64_t> end_offset(std::int32_t partition) const;

  /// librdkafka's fatal error, if there is one: this client is of no use any more.
  std::optional<std::string> fatal_error() const;

  /// Leaves the group, so that others take over at once. Waits up to `timeout`.
  void leave(std::chrono::milliseconds timeout);

 private:
  Source(const contract::BridgeConfig& config, Listener& listener);

  static constexpr std::size_t kBatchBytes = 1 << 20;

  static void rebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t what,
                        rd_kafka_topic_partition_list_t* partitions, void* source);
  kafka::TopicPartitionListHandle list(const std::vector<std::int32_t>& partitions) const;
  void take(const rd_kafka_topic_partition_list_t& partitions);
  void let_go();

  /// Takes what is there; nothing if the assignment changed meanwhile.
  void fill_batch();
  /// Remembers how large records are.
  void note_size(const rd_kafka_message_t& message);
  void drop_batch();

  const std::string topic_;
  const std::size_t most_at_once_;
  Listener& listener_;
  kafka::ConsumerHandle consumer_;
  kafka::QueueHandle queue_;                ///< of the consumer
  std::deque<kafka::MessageHandle> batch_;  ///< taken from librdkafka and not yet given on
  std::uint64_t drops_ = 0;                 ///< how often the batch was dropped
  std::size_t record_bytes_ = kBatchBytes;  ///< the largest of the records that were taken last
  kafka::GroupMetadataHandle group_;
};

}  // namespace fusion::bridge
