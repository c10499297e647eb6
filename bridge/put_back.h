#pragma once

#include <librdkafka/rdkafka.h>

#include <cstdint>
#include <string>

namespace fusion::bridge {

/// Whether the record is a dead letter that was put back into its source, where it had stood at this place:
/// it says so in its header contract::kReplayedFromHeader. Pure.
bool was_put_back(const rd_kafka_message_t& message, const std::string& topic, std::int32_t partition,
                  std::int64_t offset);

}  // namespace fusion::bridge
