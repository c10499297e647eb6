#pragma once

#include <map>
#include <string>
#include <string_view>

namespace fusion::cli {

/// Reads a text in the format of java.util.Properties: `key=value`, `key: value` or `key value`, comments
/// after # and !, lines that a backslash continues, and the escapes \n, \t, \r, \f and backslash itself; any
/// other escaped character stands for itself (\uXXXX is not read). The last of equal keys wins. Pure.
std::map<std::string, std::string> parse_properties(std::string_view text);

}  // namespace fusion::cli
