#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

struct XXH3_state_s;

namespace fusion::bridge {

/// XXH3, 64 bits (https://xxhash.com), of bytes that come piece by piece: however they are cut, the value is
/// the same. It finds damage, not forgery.
class Checksum {
 public:
  Checksum();

  void add(std::string_view bytes);
  /// Of all that was added.
  std::uint64_t value() const;

 private:
  struct Free {
    void operator()(XXH3_state_s* state) const noexcept;
  };
  std::unique_ptr<XXH3_state_s, Free> state_;
};

}  // namespace fusion::bridge
