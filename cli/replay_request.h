#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cli/letter.h"

namespace fusion::cli {

/// A letter that is to be put back, and the record that is to be written for it.
struct ReplayRequest {
  Place letter;
  std::string reason;                     ///< for which it had become a letter
  std::string topic;                      ///< to write to
  std::optional<std::int32_t> partition;  ///< unset: by the key, as Java's clients do it
  std::int64_t timestamp_ms = 0;
  Record record;
  std::string origin;  ///< where the record stood, as Place::to_text writes it; empty: not known
  bool operator==(const ReplayRequest&) const = default;
};

/// The letter as it is: back to its source, into the partition it came from, with its old time.
inline ReplayRequest as_it_is(Letter letter) {
  auto origin = contract::place_text(letter.origin.topic, letter.origin.partition, letter.origin.offset);
  return {std::move(letter.place), letter.origin.reason,       std::move(letter.origin.topic),
          letter.origin.partition, letter.origin.timestamp_ms, std::move(letter.record),
          std::move(origin)};
}

}  // namespace fusion::cli
