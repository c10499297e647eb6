#include "controllers/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstdio>

namespace fusion::controllers {

std::string hex_hash(std::string_view text, int digits) {
  std::array<char, 17> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx",
                static_cast<unsigned long long>(XXH64(text.data(), text.size(), 0)));
  return std::string(hex.data(), static_cast<std::size_t>(digits));
}

}  // namespace fusion::controllers
