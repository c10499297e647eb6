#pragma once

#include <string>

#include "bridge/offset_tracker.h"
#include "kafka/handles.h"

namespace fusion::bridge {

/// Positions as librdkafka commits them, each with its progress as metadata. `client` is any client:
/// librdkafka allocates and frees by it.
kafka::TopicPartitionListHandle committed_offsets(rd_kafka_t* client, const std::string& topic,
                                                  const Positions& positions);

}  // namespace fusion::bridge
