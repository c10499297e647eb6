#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace fusion::contract {

/// Headers that a bridge appends to a record which it writes to a dead-letter topic. Key, value and the
/// record's own headers stay as they were; the letter's Kafka time is the time at which it was written.
///
///   fusion-error             NoId: it has no header fusion-id      a CamelCase reason, ": ", a sentence
///   fusion-source-topic      orders
///   fusion-source-partition  3                                      decimal text, as all below
///   fusion-source-offset     1042
///   fusion-source-timestamp  1700000000000                          ms since the epoch; may be 0 or negative
inline constexpr std::string_view kErrorHeader = "fusion-error";
inline constexpr std::string_view kSourceTopicHeader = "fusion-source-topic";
inline constexpr std::string_view kSourcePartitionHeader = "fusion-source-partition";
inline constexpr std::string_view kSourceOffsetHeader = "fusion-source-offset";
inline constexpr std::string_view kSourceTimestampHeader = "fusion-source-timestamp";

/// Marks a record of a dead-letter topic that is no letter but tells which letters of its own partition were
/// put back into their source. Its value is `1`, the version of the format of the record's value.
inline constexpr std::string_view kReplayedHeader = "fusion-replayed";

/// Appended to a record that is put back into its source: where it stood when it became a letter, as
/// place_text writes it. If its id is held by the record at that place alone, nothing with this id was
/// carried.
inline constexpr std::string_view kReplayedFromHeader = "fusion-replayed-from";

/// `orders[3]@1042`
std::string place_text(const std::string& topic, std::int32_t partition, std::int64_t offset);

struct Header {
  std::string name;
  std::optional<std::string> value;  ///< unset: null, which is not the empty value
  bool operator==(const Header&) const = default;
};

/// Why a record became a dead letter, and where it stood.
struct DeadLetter {
  std::string reason;    ///< CamelCase: letters and digits, beginning with a capital
  std::string sentence;  ///< what is wrong with the record
  std::string topic;     ///< the source's
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::int64_t timestamp_ms = 0;
  bool operator==(const DeadLetter&) const = default;
};

/// What is to be appended to the record's own headers, in the order above. Pure.
std::vector<Header> to_headers(const DeadLetter& letter);

struct ParsedDeadLetter {
  DeadLetter letter;
  std::vector<Header> own_headers;  ///< the record's own, in their order
  bool operator==(const ParsedDeadLetter&) const = default;
};

/// Takes a letter's headers apart. The last header of each name is the bridge's: a record may have had such
/// headers before, because it was a dead letter already, and keeps them. The error says which header is
/// missing or malformed: then the record is no dead letter. Pure, never throws.
tl::expected<ParsedDeadLetter, std::string> parse_dead_letter(std::vector<Header> headers);

}  // namespace fusion::contract
