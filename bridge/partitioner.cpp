#include "bridge/partitioner.h"

#include <librdkafka/rdkafka.h>

#include "kafka/murmur2.h"

namespace fusion::bridge {
namespace {

constexpr std::uint64_t kStickyBytes = 64 * 1024;

}  // namespace

Result<Partitioner::By> Partitioner::parse(std::string_view word) {
  if (word == "Key") return By::kKey;
  if (word == "Pointer") return By::kPointer;
  if (word == "Preserve") return By::kPreserve;
  if (word == "RoundRobin") return By::kRoundRobin;
  return tl::make_unexpected(Stop{ExitCode::kConfig, "partition_by is " + std::string(word) +
                                                         ": use Key, Pointer, Preserve or RoundRobin"});
}

Result<Partitioner::Hash> Partitioner::parse_hash(std::string_view word) {
  if (word == "Murmur2Random") return Hash::kMurmur2Random;
  if (word == "ConsistentRandom") return Hash::kConsistentRandom;
  return tl::make_unexpected(Stop{
      ExitCode::kConfig, "partitioner is " + std::string(word) + ": use Murmur2Random or ConsistentRandom"});
}

std::int32_t Partitioner::partition_for(std::optional<std::string_view> key, std::int32_t source_partition,
                                        std::size_t bytes, std::int32_t partitions) {
  const auto count = static_cast<std::uint64_t>(partitions);
  switch (by_) {
    case By::kKey:
    case By::kPointer:
      if (key && hash_ == Hash::kMurmur2Random) return kafka::partition_for_key(*key, partitions);
      if (key && !key->empty()) {
        // The function itself is librdkafka's; it looks at nothing but key and count.
        return rd_kafka_msg_partitioner_consistent(nullptr, key->data(), key->size(), partitions, nullptr,
                                                   nullptr);
      }
      return static_cast<std::int32_t>(keyless_bytes_.fetch_add(bytes, std::memory_order_relaxed) /
                                       kStickyBytes % count);
    case By::kPreserve:
      return source_partition % partitions;
    case By::kRoundRobin:
      return static_cast<std::int32_t>(records_.fetch_add(1, std::memory_order_relaxed) % count);
  }
  return 0;
}

tl::expected<std::string_view, std::string> partitioning_key(const JsonPointers& json, std::size_t pointer,
                                                             const std::string& name) {
  if (!json.is_json())
    return tl::unexpected("its value, in which " + name + " decides on its partition, is not JSON");
  const auto found = json.at(pointer);
  if (found && found->kind != JsonScalar::Kind::kNull) return found->text;
  return tl::unexpected("its value has no text and no number at " + name +
                        ", which decides on its partition");
}

}  // namespace fusion::bridge
