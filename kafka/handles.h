#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

namespace fusion::kafka {

/// Owners of librdkafka's C objects: each is a unique_ptr that destroys as librdkafka asks for.
/// `get()` gives the C pointer; `release()` where a C function takes the ownership.
///
/// Events, results and everything read out of them live as long as the EventHandle.
/// Destroy a client's queues, events and topic handles before the client itself: declare them after it.

template <auto destroy>
struct Destroyer {
  template <class T>
  void operator()(T* object) const noexcept {
    destroy(object);
  }
};

template <class T, auto destroy>
using Handle = std::unique_ptr<T, Destroyer<destroy>>;

/// Waits for librdkafka's threads to end, does not wait for brokers. Flush, or end the transaction, before.
using ProducerHandle = Handle<rd_kafka_t, rd_kafka_destroy>;

/// Leaves the group silently: call rd_kafka_consumer_close() before, so that partitions move at once.
/// (rd_kafka_destroy() would do so by itself, and blocks where nobody serves the rebalance.)
struct ConsumerDestroyer {
  void operator()(rd_kafka_t* consumer) const noexcept {
    rd_kafka_destroy_flags(consumer, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};
using ConsumerHandle = std::unique_ptr<rd_kafka_t, ConsumerDestroyer>;

using ConfHandle = Handle<rd_kafka_conf_t, rd_kafka_conf_destroy>;
using TopicHandle = Handle<rd_kafka_topic_t, rd_kafka_topic_destroy>;
using QueueHandle = Handle<rd_kafka_queue_t, rd_kafka_queue_destroy>;
using EventHandle = Handle<rd_kafka_event_t, rd_kafka_event_destroy>;
using MessageHandle = Handle<rd_kafka_message_t, rd_kafka_message_destroy>;
using HeadersHandle = Handle<rd_kafka_headers_t, rd_kafka_headers_destroy>;
using ErrorHandle = Handle<rd_kafka_error_t, rd_kafka_error_destroy>;
using TopicPartitionListHandle =
    Handle<rd_kafka_topic_partition_list_t, rd_kafka_topic_partition_list_destroy>;
using GroupMetadataHandle =
    Handle<rd_kafka_consumer_group_metadata_t, rd_kafka_consumer_group_metadata_destroy>;

using AdminOptionsHandle = Handle<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>;
using NewTopicHandle = Handle<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>;
using NewPartitionsHandle = Handle<rd_kafka_NewPartitions_t, rd_kafka_NewPartitions_destroy>;
using DeleteTopicHandle = Handle<rd_kafka_DeleteTopic_t, rd_kafka_DeleteTopic_destroy>;
using ConfigResourceHandle = Handle<rd_kafka_ConfigResource_t, rd_kafka_ConfigResource_destroy>;
using TopicCollectionHandle = Handle<rd_kafka_TopicCollection_t, rd_kafka_TopicCollection_destroy>;
using DeleteGroupHandle = Handle<rd_kafka_DeleteGroup_t, rd_kafka_DeleteGroup_destroy>;
using ListGroupOffsetsHandle =
    Handle<rd_kafka_ListConsumerGroupOffsets_t, rd_kafka_ListConsumerGroupOffsets_destroy>;

}  // namespace fusion::kafka
