#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "kafka/client_conf.h"
#include "kafka/handles.h"
#include "kafka/librdkafka_error.h"

namespace fusion::kafka {

/// A transactional producer as the bridge has one; throws where a call fails.
class TestProducer {
 public:
  TestProducer(const std::string& bootstrap, const std::string& transactional_id) {
    auto conf = client_conf({bootstrap, {}, {}}, {{"transactional.id", transactional_id}});
    auto producer = new_producer(std::move(conf.value()));
    producer_ = std::move(producer.value());
    check(rd_kafka_init_transactions(producer_.get(), 30'000));
  }

  void begin() { check(rd_kafka_begin_transaction(producer_.get())); }
  void commit() { check(rd_kafka_commit_transaction(producer_.get(), 30'000)); }
  void abort() { check(rd_kafka_abort_transaction(producer_.get(), 30'000)); }

  void produce(const std::string& topic, std::int32_t partition, const std::string& value,
               std::int64_t timestamp_ms) {
    const auto error = rd_kafka_producev(
        producer_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
        RD_KAFKA_V_VALUE(const_cast<char*>(value.data()), value.size()), RD_KAFKA_V_TIMESTAMP(timestamp_ms),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
    if (error) throw std::runtime_error(rd_kafka_err2str(error));
  }

  /// Makes what was produced reach the broker, inside the open transaction.
  void flush() {
    if (rd_kafka_flush(producer_.get(), 30'000))
      throw std::runtime_error("the records do not reach the broker");
  }

  void send_offset(const std::string& group, const std::string& topic, std::int32_t partition,
                   std::int64_t offset, const std::string& metadata) {
    const TopicPartitionListHandle offsets(rd_kafka_topic_partition_list_new(1));
    auto* entry = rd_kafka_topic_partition_list_add(offsets.get(), topic.c_str(), partition);
    entry->offset = offset;
    entry->metadata = rd_kafka_mem_malloc(producer_.get(), metadata.size());
    entry->metadata_size = metadata.size();
    metadata.copy(static_cast<char*>(entry->metadata), metadata.size());
    const GroupMetadataHandle member(rd_kafka_consumer_group_metadata_new(group.c_str()));
    check(rd_kafka_send_offsets_to_transaction(producer_.get(), offsets.get(), member.get(), 30'000));
  }

 private:
  static void check(rd_kafka_error_t* raw) {
    const ErrorHandle error(raw);
    if (error) throw std::runtime_error(to_error(*error, "producer").message);
  }

  ProducerHandle producer_;
};

}  // namespace fusion::kafka
