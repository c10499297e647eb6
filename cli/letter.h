#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/offset_ranges.h"
#include "contract/dead_letter.h"
#include "kafka/handles.h"

namespace fusion::cli {

struct Place {
  std::string topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;

  auto operator<=>(const Place&) const = default;
  std::string to_text() const;  ///< orders[3]@1042
};

struct Record {
  std::optional<std::string> key;  ///< unset: null
  std::optional<std::string> value;
  std::vector<contract::Header> headers;
  bool operator==(const Record&) const = default;
};

/// A dead letter, as it stands in its topic.
struct Letter {
  Place place;                  ///< of the letter, in the dead-letter topic
  std::int64_t written_ms = 0;  ///< when it became a letter
  contract::DeadLetter origin;
  Record record;  ///< with its own headers alone
  bool operator==(const Letter&) const = default;
};

/// Tells which letters of its own partition were put back. It is written in the same transaction as the
/// records that were put back, so it is there if and only if they are.
struct Receipt {
  Place place;
  OffsetRanges replayed;
  bool operator==(const Receipt&) const = default;
};

/// A record of a dead-letter topic that is neither.
struct Stranger {
  Place place;
  std::string why;
  bool operator==(const Stranger&) const = default;
};

using Entry = std::variant<Letter, Receipt, Stranger>;

/// What a record of a dead-letter topic is. Pure.
Entry entry_of(Place place, std::int64_t timestamp_ms, Record record);
/// The same of a consumed message, which must carry a record, not an error.
Entry entry_of(const std::string& topic, rd_kafka_message_t& message);

/// The record that is the receipt: without a key, with a header by which it is told apart.
Record to_record(const OffsetRanges& replayed);

}  // namespace fusion::cli
