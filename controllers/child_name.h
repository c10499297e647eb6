#pragma once

#include <string>
#include <string_view>

namespace fusion::controllers {

/// Engines and StatefulSets append suffixes of their own: pods of StatefulSets with names above 52 characters
/// never appear.
inline constexpr std::size_t kMaxChildName = 45;

/// What a child is made for, as its name tells.
inline constexpr char kOfBridge = 'b';
inline constexpr char kOfStage = 's';

/// The name of a child: `<pipeline>-<name>-<part><8 hex>`, a DNS-1123 label of at most 45 characters. The
/// names are shortened to fit; the hash is of the full names, so that `a` + `b-c` never meets `a-b` + `c`.
std::string child_name(std::string_view pipeline, std::string_view name, char part);

/// `<child name>-<8 hex of the content's hash>`.
std::string config_map_name(std::string_view child, std::string_view content);

/// `text` as a legal label value of at most 63 characters; what had to be shortened ends with a hash.
std::string label_value(std::string_view text);

}  // namespace fusion::controllers
