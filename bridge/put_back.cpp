#include "bridge/put_back.h"

#include <string_view>

#include "contract/dead_letter.h"

namespace fusion::bridge {

bool was_put_back(const rd_kafka_message_t& message, const std::string& topic, std::int32_t partition,
                  std::int64_t offset) {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, contract::kReplayedFromHeader.data(), &value, &size) !=
          RD_KAFKA_RESP_ERR_NO_ERROR ||
      value == nullptr) {
    return false;
  }
  return std::string_view(static_cast<const char*>(value), size) ==
         contract::place_text(topic, partition, offset);
}

}  // namespace fusion::bridge
