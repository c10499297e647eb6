#include "bridge/fingerprint.h"

#include <xxhash.h>

namespace fusion::bridge {

Fingerprint fingerprint(std::string_view id, std::uint64_t seed) {
  const auto hash = XXH3_128bits_withSeed(id.data(), id.size(), seed);
  return {hash.high64, hash.low64};
}

}  // namespace fusion::bridge
