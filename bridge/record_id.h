#pragma once

#include <librdkafka/rdkafka.h>

#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "bridge/fingerprint.h"
#include "bridge/json_pointers.h"
#include "contract/bridge_config.h"

namespace fusion::bridge {

/// Finds a record's id where the configuration says, as a fingerprint.
///
/// - `Header`: the value of the last header of that name. There is none if it is missing, null or empty.
/// - `Pointer`: the text or number that the JSON pointer (RFC 6901) finds in the value. There is none if the
///   value is not JSON, or has neither of them there, or an empty text. Equal numbers are one id, however
///   they are written; a number and a text with the same letters are two.
/// - `Key`: the key. There is none if it is null.
/// - `Record`: key and value, null and empty being different.
///
/// A tombstone (null value) is its key and its time under `Pointer` and `Record`: it deletes once for each
/// time that it was written, and has no value to read.
///
/// Not thread-safe.
class RecordId {
 public:
  /// `seed` is that of the fingerprints.
  RecordId(const contract::BridgeConfig::Deduplicate& deduplicate, std::uint64_t seed);

  /// The error says what is missing, for whoever mends the record.
  tl::expected<Fingerprint, std::string> of(const rd_kafka_message_t& message);

 private:
  tl::expected<Fingerprint, std::string> of_header(const rd_kafka_message_t& message) const;
  tl::expected<Fingerprint, std::string> of_pointer(const rd_kafka_message_t& message);
  Fingerprint of_tombstone(const rd_kafka_message_t& message) const;
  Fingerprint of_record(const rd_kafka_message_t& message) const;

  enum class From { kHeader, kPointer, kKey, kRecord };
  From from_ = From::kHeader;
  std::string name_;
  JsonPointers pointers_;
  std::uint64_t seed_;
};

}  // namespace fusion::bridge
