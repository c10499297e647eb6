#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "bridge/stop.h"

namespace fusion::bridge {

/// Which partition of the target a record goes to.
///
/// `Key`: where the Java client would put it (murmur2, an empty key is a key). Records without a key have no
///   partition of their own: like the Java client (KIP-794) they fill one partition with 64 KiB and go on to
///   the next, so that batches stay large and all partitions get their share.
/// `Preserve`: the partition of the input that it came from; modulo the target's number of partitions, so
///   that the order within an input partition is kept in any case.
/// `RoundRobin`: one after the other.
///
/// Thread-safe: librdkafka may ask on its own thread while the target's partitions are not yet known.
class Partitioner {
 public:
  enum class By { kKey, kPreserve, kRoundRobin };

  explicit Partitioner(By by) : by_(by) {}

  /// The words of the configuration: Key, Preserve, RoundRobin.
  static Result<By> parse(std::string_view word);

  /// `key` is none for a null key; `bytes` is the record's size; `partitions` is at least 1.
  std::int32_t partition_for(std::optional<std::string_view> key, std::int32_t source_partition,
                             std::size_t bytes, std::int32_t partitions);

 private:
  const By by_;
  std::atomic<std::uint64_t> records_{0};        ///< RoundRobin: how many so far
  std::atomic<std::uint64_t> keyless_bytes_{0};  ///< Key: bytes of the records without a key so far
};

}  // namespace fusion::bridge
