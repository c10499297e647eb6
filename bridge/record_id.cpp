#include "bridge/record_id.h"

#include <string_view>

namespace fusion::bridge {
namespace {

/// Ids of one kind are never taken for ids of another: each has a seed of its own.
enum : std::uint64_t { kBytes, kText, kNumber, kWhole, kTombstone };

std::string_view bytes(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), data == nullptr ? 0 : size};
}

/// Parts follow their lengths, so that moving a byte from one to the next makes another text; null has no
/// length.
void append(std::string& text, const void* data, std::size_t size) {
  text += data == nullptr ? "-" : std::to_string(size);
  text += ':';
  text += bytes(data, size);
}

}  // namespace

RecordId::RecordId(const contract::BridgeConfig::Deduplicate& deduplicate, std::uint64_t seed)
    : name_(deduplicate.id_name), pointers_({deduplicate.id_name}), seed_(seed) {
  if (deduplicate.id_from == "Pointer") from_ = From::kPointer;
  if (deduplicate.id_from == "Key") from_ = From::kKey;
  if (deduplicate.id_from == "Record") from_ = From::kRecord;
}

tl::expected<Fingerprint, std::string> RecordId::of(const rd_kafka_message_t& message) {
  switch (from_) {
    case From::kHeader:
      return of_header(message);
    case From::kPointer:
      return message.payload == nullptr ? of_tombstone(message) : of_pointer(message);
    case From::kKey:
      if (message.key == nullptr) return tl::unexpected(std::string("it has no key, and the key is its id"));
      return fingerprint(bytes(message.key, message.key_len), seed_ + kBytes);
    case From::kRecord:
      return message.payload == nullptr ? of_tombstone(message) : of_record(message);
  }
  return tl::unexpected(std::string("no id is configured"));
}

tl::expected<Fingerprint, std::string> RecordId::of_header(const rd_kafka_message_t& message) const {
  rd_kafka_headers_t* headers = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
      rd_kafka_header_get_last(headers, name_.c_str(), &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return tl::unexpected("it has no header " + name_ + ", which is its id");
  }
  // All records that lack their id would be repeats of one another.
  if (value == nullptr || size == 0)
    return tl::unexpected("its header " + name_ + ", which is its id, is empty");
  return fingerprint(bytes(value, size), seed_ + kBytes);
}

tl::expected<Fingerprint, std::string> RecordId::of_pointer(const rd_kafka_message_t& message) {
  if (!pointers_.read(bytes(message.payload, message.len)))
    return tl::unexpected(std::string("its value, which holds its id, is not JSON"));
  const auto id = pointers_.at(0);
  if (id && id->kind == JsonScalar::Kind::kNumber) return fingerprint(id->text, seed_ + kNumber);
  if (id && id->kind == JsonScalar::Kind::kText && !id->text.empty())
    return fingerprint(id->text, seed_ + kText);
  return tl::unexpected("its value has no text and no number at " + name_ + ", which is its id");
}

Fingerprint RecordId::of_tombstone(const rd_kafka_message_t& message) const {
  std::string text;
  append(text, message.key, message.key_len);
  text += std::to_string(rd_kafka_message_timestamp(&message, nullptr));
  return fingerprint(text, seed_ + kTombstone);
}

Fingerprint RecordId::of_record(const rd_kafka_message_t& message) const {
  std::string text;
  append(text, message.key, message.key_len);
  append(text, message.payload, message.len);
  return fingerprint(text, seed_ + kWhole);
}

}  // namespace fusion::bridge
