#pragma once

#include <cstdint>
#include <string>

namespace fusion::kafka {

/// A topic id as Kafka prints it (org.apache.kafka.common.Uuid.toString): 22 characters of URL-safe base64
/// without padding. The zero id, which brokers before 2.8 give, becomes "".
/// (rd_kafka_Uuid_base64str() writes '+' and '/' where Kafka writes '-' and '_'.)
std::string topic_id_text(std::int64_t most_significant_bits, std::int64_t least_significant_bits);

}  // namespace fusion::kafka
