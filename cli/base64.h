#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fusion::cli {

/// Base64 of RFC 4648, section 4, with padding.
std::string to_base64(std::string_view bytes);

/// Unset for anything that is not such a text: missing padding, blanks and the URL's alphabet included.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace fusion::cli
