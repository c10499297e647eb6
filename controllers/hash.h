#pragma once

#include <string>
#include <string_view>

namespace fusion::controllers {

/// The first `digits` (at most 16) hex digits of XXH64 of `text`. Names and annotations of live objects are
/// made of it: it must never change.
std::string hex_hash(std::string_view text, int digits);

}  // namespace fusion::controllers
