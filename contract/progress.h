#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace fusion::contract {

/// What a bridge knows of one input partition, carried in the metadata of that partition's committed offset,
/// so that it is atomic with the records it describes and a new owner of the partition inherits it.
///
/// Format version 1: `v1` and then `key=value` pairs separated by single spaces, unknown keys ignored, at
/// most 4,096 bytes (the broker's offset.metadata.max.bytes):
///   v1 topic=<topic id> records=<n> bytes=<n> wm=<ms> dup=<n> dead=<n> ws=<offset> short=1 era=<n>
///   nokey=<offset> lost=1
struct Progress {
  std::string topic_id;      ///< of the input topic, as Kafka prints it: offsets of a re-created topic are
                             ///< another topic's
  std::int64_t records = 0;  ///< carried from this partition since the group exists
  std::int64_t bytes = 0;    ///< keys and values of those records
  /// The event time up to which the partition was committed: the highest time of a record, less what it may
  /// be out of order. Milliseconds since the epoch; unset: not known.
  std::optional<std::int64_t> watermark_ms;
  std::int64_t duplicates = 0;    ///< repeats that were dropped from this partition since the group exists
  std::int64_t dead_letters = 0;  ///< records of this partition that became dead letters since then
  /// The lowest offset whose id is held: reading from here to the committed offset brings the window of ids
  /// back. Unset: ids are not looked at.
  std::optional<std::int64_t> window_start = {};
  /// The memory for ids was used up: ids of the window were forgotten before their time.
  bool window_is_short = false;
  /// Above 0: drawn when ids began to be looked at and inherited ever after, so that ids of this window are
  /// told from those of one that ended when somebody set the group's offsets by hand. 0: none was drawn.
  std::int64_t window_era = 0;
  /// Kafka had deleted records whose ids the window should hold, before they could be read again.
  bool ids_are_lost = false;
  /// Of the last record without a key that was carried: at or above window_start its id is held. A repeat of
  /// such a record may come in another partition. Unset: none was.
  std::optional<std::int64_t> last_without_key = {};
  bool operator==(const Progress&) const = default;
};

std::string to_metadata(const Progress& progress);

/// Empty metadata is an empty Progress (an offset that something else committed); a foreign or newer format
/// is an error.
tl::expected<Progress, std::string> parse_metadata(std::string_view metadata);

}  // namespace fusion::contract
