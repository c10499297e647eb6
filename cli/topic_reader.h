#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "kafka/admin.h"
#include "kafka/connection.h"
#include "kafka/error.h"
#include "kafka/handles.h"

namespace fusion::cli {

/// From which offset up to which (not included) a partition is to be read.
struct OffsetSpan {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

struct ReadingRules {
  kafka::IsolationLevel isolation = kafka::IsolationLevel::ReadCommitted;
  /// How long may pass without anything new, before reading ends with an error: an open transaction on the
  /// topic ends within its timeout, which is 30 s for bridges.
  std::chrono::milliseconds patience{60'000};
};

/// Called with each record; what it returns ends the reading if it is an error.
using OnMessage = std::function<kafka::Result<void>(rd_kafka_message_t&)>;

/// Reads these partitions of a topic, those in which there is something, partition by partition in the order
/// of offsets, and returns when all ends are reached. Transaction markers are passed over.
///
/// Belongs to no group and commits nothing. Holds at most 16 MiB of fetched records.
kafka::Result<void> read_topic(const kafka::Connection& connection, const std::string& topic,
                               const std::map<std::int32_t, OffsetSpan>& spans, const ReadingRules& rules,
                               const OnMessage& on_message);

}  // namespace fusion::cli
