#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace fusion::bridge {

/// 128 bits that stand for an id: XXH3 (https://xxhash.com), seeded. Two ids with one fingerprint, so that a
/// new record is taken for a repeat, have odds of 2^-128 a pair.
struct Fingerprint {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const Fingerprint&) const = default;
};

Fingerprint fingerprint(std::string_view id, std::uint64_t seed);

}  // namespace fusion::bridge
