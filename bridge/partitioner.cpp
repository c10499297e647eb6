#include "bridge/partitioner.h"

#include <string>

#include "kafka/murmur2.h"

namespace fusion::bridge {
namespace {

constexpr std::uint64_t kStickyBytes = 64 * 1024;

}  // namespace

Result<Partitioner::By> Partitioner::parse(std::string_view word) {
  if (word == "Key") return By::kKey;
  if (word == "Preserve") return By::kPreserve;
  if (word == "RoundRobin") return By::kRoundRobin;
  return tl::make_unexpected(
      Stop{ExitCode::kConfig, "partition_by is " + std::string(word) + ": use Key, Preserve or RoundRobin"});
}

std::int32_t Partitioner::partition_for(std::optional<std::string_view> key, std::int32_t source_partition,
                                        std::size_t bytes, std::int32_t partitions) {
  const auto count = static_cast<std::uint64_t>(partitions);
  switch (by_) {
    case By::kKey:
      if (key) return kafka::partition_for_key(*key, partitions);
      return static_cast<std::int32_t>(keyless_bytes_.fetch_add(bytes, std::memory_order_relaxed) /
                                       kStickyBytes % count);
    case By::kPreserve:
      return source_partition % partitions;
    case By::kRoundRobin:
      return static_cast<std::int32_t>(records_.fetch_add(1, std::memory_order_relaxed) % count);
  }
  return 0;
}

}  // namespace fusion::bridge
