#pragma once

#include <string>
#include <string_view>

namespace fusion::contract {

/// A field of a log line, `name=value`. The value is quoted where it would else end early, and has no
/// control characters: newlines, returns and tabs are escaped, others become `?`.
/// Format: https://brandur.org/logfmt
std::string logfmt(std::string_view name, std::string_view value);

}  // namespace fusion::contract
