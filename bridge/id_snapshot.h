#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "bridge/deduplicator.h"

namespace fusion::bridge {

/// What a snapshot of a replica's ids says of itself; the ids stand before it in the file.
///
/// Format version 1. Numbers are little-endian, a text is its length (4 bytes) and its bytes:
///
///     ids       of the first part, of the second, ...; each 28 bytes: fingerprint (high and low, 8 each),
///               offset (8), time in seconds since the epoch (4); in a part the offsets ascend
///     contents  seed (8), group, topic id, where ids come from, its name (texts), number of parts (4);
///               of each part: partition (4), era, window start, covered, number of ids, XXH3 of the ids (8
///               each)
///     tail      XXH3 of the contents (8), their length (4), format version (4), "fusionid" (8)
///
/// The last 12 bytes stay the same in all versions. A change in how RecordId makes fingerprints out of
/// records makes a new version too: the ids in older snapshots would be found no more.
struct IdSnapshot {
  static constexpr std::uint32_t kVersion = 1;
  static constexpr std::size_t kIdBytes = 28;
  /// Of contents and tail together: enough for 20,000 partitions.
  static constexpr std::size_t kMostEndBytes = 1 << 20;

  struct Part {
    IdStretch stretch;
    std::uint64_t checksum = 0;  ///< of its ids
    bool operator==(const Part&) const = default;
  };

  std::uint64_t seed = 0;  ///< of the fingerprints
  std::string group;
  std::string topic_id;  ///< of the input
  std::string id_from;   ///< as in the bridge's configuration
  std::string id_name;
  std::vector<Part> parts;  ///< in the order of their ids in the file; partitions ascend

  bool operator==(const IdSnapshot&) const = default;
};

void append_id(std::string& bytes, const IdWindow::Held& held);
/// `bytes` holds kIdBytes.
IdWindow::Held read_id(const char* bytes);

/// What stands after the ids: contents and tail.
std::string encode(const IdSnapshot& snapshot);
/// What stands after these contents.
std::string tail_of(std::string_view contents);

/// Reads contents and tail. `end`: the file's last bytes, kMostEndBytes or the whole of a shorter file;
/// `file_bytes`: the length of the file. An error says why the file is none of ours, damaged, torn, or newer.
/// What it accepts, encode writes again to the byte. Never throws.
tl::expected<IdSnapshot, std::string> decode(std::string_view end, std::uint64_t file_bytes);

}  // namespace fusion::bridge
