#pragma once

#include <cstdint>
#include <string_view>

namespace fusion::kafka {

/// The 32-bit MurmurHash2 of Kafka's Java client (org.apache.kafka.common.utils.Utils.murmur2, seed
/// 0x9747b28c).
std::int32_t murmur2(std::string_view bytes);

/// The partition in which the Java client puts a record with this key when none is given:
/// `Utils.toPositive(murmur2(key)) % partitions` (BuiltInPartitioner.partitionForKey). `partitions` is at
/// least 1.
///
/// An empty key is a key and is hashed. A null key has no partition by key: the Java client then fills one
/// partition at a time and moves on ("sticky", KIP-794), so the caller is free to choose.
std::int32_t partition_for_key(std::string_view key, std::int32_t partitions);

}  // namespace fusion::kafka
