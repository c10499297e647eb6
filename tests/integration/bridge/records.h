#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "kafka/handles.h"

namespace fusion::bridge {

struct Record {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::int64_t timestamp_ms = 0;
  std::vector<std::pair<std::string, std::optional<std::string>>> headers = {};
  std::int32_t partition = RD_KAFKA_PARTITION_UA;  ///< unassigned: murmur2 of the key
  std::int64_t offset = -1;                        ///< where it was read; not written

  bool same_content(const Record& other) const {
    return key == other.key && value == other.value && timestamp_ms == other.timestamp_ms &&
           headers == other.headers;
  }
};

void PrintTo(const Record& record, std::ostream* out);

/// Writes records as a user's program would, each once even while the broker comes and goes; throws where
/// Kafka refuses, at the latest in `flush`.
class Writer {
 public:
  /// `more`: librdkafka's settings, beside its own or instead of them.
  explicit Writer(const std::string& bootstrap, const std::string& transactional_id = "",
                  const std::map<std::string, std::string>& more = {});

  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void begin();
  void commit();
  void abort();

  void write(const std::string& topic, const Record& record);
  /// Waits until everything that was written is stored.
  void flush();

 private:
  static void delivered(rd_kafka_t*, const rd_kafka_message_t* report, void* writer);

  rd_kafka_resp_err_t failure_ = RD_KAFKA_RESP_ERR_NO_ERROR;
  kafka::ProducerHandle producer_;
};

/// Shows each record of the topic, from its beginning to its end as a `read_committed` consumer sees it:
/// those of a partition in the order of their offsets, those of several in any. A partition that an open
/// transaction blocks ends there. Throws when Kafka says nothing for two minutes.
void for_each_committed(const std::string& bootstrap, const std::string& topic, int partitions,
                        const std::function<void(rd_kafka_message_t&)>& seen);

/// All records of the topic, read from its beginning to its end as a `read_committed` consumer sees it.
/// Partition by partition, each in the order of its offsets.
std::vector<Record> read_committed(const std::string& bootstrap, const std::string& topic, int partitions);

}  // namespace fusion::bridge
