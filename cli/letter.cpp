#include "cli/letter.h"

#include <algorithm>
#include <utility>

namespace fusion::cli {
namespace {

constexpr char kReceiptVersion[] = "1";

std::optional<std::string> bytes_of(const void* data, std::size_t size) {
  if (data == nullptr) return std::nullopt;
  return std::string(static_cast<const char*>(data), size);
}

Record record_of(rd_kafka_message_t& message) {
  Record record{bytes_of(message.key, message.key_len), bytes_of(message.payload, message.len), {}};
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return record;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == 0; ++i)
    record.headers.push_back({name, bytes_of(value, size)});
  return record;
}

Entry receipt_of(Place place, const contract::Header& mark, const Record& record) {
  if (mark.value != kReceiptVersion)
    return Stranger{std::move(place), "its header fusion-replayed is of another version than " +
                                          std::string(kReceiptVersion) + ": use a newer fusionctl"};
  auto replayed = OffsetRanges::parse(record.value.value_or(""));
  if (!replayed) return Stranger{std::move(place), replayed.error()};
  return Receipt{std::move(place), *std::move(replayed)};
}

}  // namespace

std::string Place::to_text() const { return contract::place_text(topic, partition, offset); }

Entry entry_of(Place place, std::int64_t timestamp_ms, Record record) {
  auto parsed = contract::parse_dead_letter(record.headers);
  if (parsed) {
    record.headers = std::move(parsed->own_headers);
    return Letter{std::move(place), timestamp_ms, std::move(parsed->letter), std::move(record)};
  }
  const auto mark = std::ranges::find(record.headers, contract::kReplayedHeader, &contract::Header::name);
  if (mark != record.headers.end()) return receipt_of(std::move(place), *mark, record);
  return Stranger{std::move(place), std::move(parsed.error())};
}

Entry entry_of(const std::string& topic, rd_kafka_message_t& message) {
  return entry_of({topic, message.partition, message.offset}, rd_kafka_message_timestamp(&message, nullptr),
                  record_of(message));
}

Record to_record(const OffsetRanges& replayed) {
  return {std::nullopt, replayed.to_text(), {{std::string(contract::kReplayedHeader), kReceiptVersion}}};
}

}  // namespace fusion::cli
