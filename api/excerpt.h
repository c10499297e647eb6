#pragma once

#include <string>
#include <string_view>

namespace fusion::api {

// What users wrote, for messages: one line, valid UTF-8 if `text` is, and not longer than what a reader takes
// in.

/// In quotes, escaped as JSON, cut off after 80 characters.
std::string excerpt(std::string_view text);

/// The same without quotes, for a key in a path.
std::string path_key(std::string_view text);

}  // namespace fusion::api
