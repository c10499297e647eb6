#include "bridge/committed_offsets.h"

#include "contract/progress.h"

namespace fusion::bridge {

kafka::TopicPartitionListHandle committed_offsets(rd_kafka_t* client, const std::string& topic,
                                                  const Positions& positions) {
  kafka::TopicPartitionListHandle list(rd_kafka_topic_partition_list_new(static_cast<int>(positions.size())));
  for (const auto& [partition, position] : positions) {
    const std::string metadata = contract::to_metadata(position.progress);
    auto* entry = rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
    entry->offset = position.offset;
    entry->metadata = rd_kafka_mem_malloc(client, metadata.size());  // the list frees it
    metadata.copy(static_cast<char*>(entry->metadata), metadata.size());
    entry->metadata_size = metadata.size();
  }
  return list;
}

}  // namespace fusion::bridge
