#include "kafka/murmur2.h"

#include <cstddef>

namespace fusion::kafka {
namespace {

std::uint32_t byte_at(std::string_view bytes, std::size_t i) { return static_cast<unsigned char>(bytes[i]); }

}  // namespace

std::int32_t murmur2(std::string_view bytes) {
  constexpr std::uint32_t kSeed = 0x9747b28c;
  constexpr std::uint32_t kM = 0x5bd1e995;
  constexpr int kR = 24;
  const std::size_t whole = bytes.size() / 4 * 4;
  std::uint32_t h = kSeed ^ static_cast<std::uint32_t>(bytes.size());
  for (std::size_t i = 0; i < whole; i += 4) {
    std::uint32_t k = byte_at(bytes, i) | byte_at(bytes, i + 1) << 8 | byte_at(bytes, i + 2) << 16 |
                      byte_at(bytes, i + 3) << 24;
    k *= kM;
    k ^= k >> kR;
    k *= kM;
    h *= kM;
    h ^= k;
  }
  switch (bytes.size() - whole) {
    case 3:
      h ^= byte_at(bytes, whole + 2) << 16;
      [[fallthrough]];
    case 2:
      h ^= byte_at(bytes, whole + 1) << 8;
      [[fallthrough]];
    case 1:
      h ^= byte_at(bytes, whole);
      h *= kM;
      break;
    default:
      break;
  }
  h ^= h >> 13;
  h *= kM;
  h ^= h >> 15;
  return static_cast<std::int32_t>(h);
}

std::int32_t partition_for_key(std::string_view key, std::int32_t partitions) {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

}  // namespace fusion::kafka
