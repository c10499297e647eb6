#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "bridge/json_pointers.h"
#include "bridge/stop.h"

namespace fusion::bridge {

/// Which partition of the target a record goes to.
///
/// `Key`: by the hash of its key. Records without a key to hash have no partition of their own: like the Java
/// client
///   (KIP-794) they fill one partition with 64 KiB and go on to the next, so that batches stay large and all
///   partitions get their share.
/// `Pointer`: by the hash of `partitioning_key`, as if it were the key.
/// `Preserve`: the partition of the input that it came from; modulo the target's number of partitions, so
///   that the order within an input partition is kept in any case.
/// `RoundRobin`: one after the other.
///
/// Thread-safe: librdkafka may ask on its own thread while the target's partitions are not yet known.
class Partitioner {
 public:
  enum class By { kKey, kPointer, kPreserve, kRoundRobin };

  /// Whose choice of a partition is made by a key; to be that of the target's other producers.
  ///
  /// `Murmur2Random`: the Java client's, and librdkafka's partitioner of that name. An empty key is a key.
  /// `ConsistentRandom`: librdkafka's own default (Python, Go, .NET): CRC-32. An empty key is none.
  enum class Hash { kMurmur2Random, kConsistentRandom };

  explicit Partitioner(By by, Hash hash = Hash::kMurmur2Random) : by_(by), hash_(hash) {}

  /// The words of the configuration: Key, Pointer, Preserve, RoundRobin.
  static Result<By> parse(std::string_view word);
  /// The words of the configuration: Murmur2Random, ConsistentRandom.
  static Result<Hash> parse_hash(std::string_view word);

  /// `key` is the record's, or its partitioning key by `Pointer`; none for a null key. `bytes` is the
  /// record's size; `partitions` is at least 1.
  std::int32_t partition_for(std::optional<std::string_view> key, std::int32_t source_partition,
                             std::size_t bytes, std::int32_t partitions);

 private:
  const By by_;
  const Hash hash_;
  std::atomic<std::uint64_t> records_{0};        ///< RoundRobin: how many so far
  std::atomic<std::uint64_t> keyless_bytes_{0};  ///< bytes of the records without a key so far
};

/// What a record is partitioned by under By::kPointer: what the pointer of index `pointer`, written `name`,
/// found in its value, a text without its quotes, and numbers, `true` and `false` as JsonScalar writes them.
/// Lives until the next text is read.
///
/// The error is for whoever mends the record: its value is not JSON, or has none of these there. For a
/// tombstone let `json` read an empty text: no value, no key.
tl::expected<std::string_view, std::string> partitioning_key(const JsonPointers& json, std::size_t pointer,
                                                             const std::string& name);

}  // namespace fusion::bridge
