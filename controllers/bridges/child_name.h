#pragma once

#include <string>
#include <string_view>

namespace fusion::bridges {

/// Engines and StatefulSets append suffixes of their own: pods of StatefulSets with names above 52 characters
/// never appear.
inline constexpr std::size_t kMaxChildName = 45;

/// The name of a bridge's StatefulSet: `<pipeline>-<bridge>-b<8 hex>`, a DNS-1123 label of at most 45
/// characters. The names are shortened to fit; the hash is of the full names, so that `a` + `b-c` never meets
/// `a-b` + `c`.
std::string child_name(std::string_view pipeline, std::string_view bridge);

/// `<child name>-<8 hex of the content's hash>`.
std::string config_map_name(std::string_view child, std::string_view content);

/// The claim that a StatefulSet makes for one of its pods: `state-<child name>-<ordinal>`.
std::string claim_name(std::string_view child, int ordinal);

/// `text` as a legal label value of at most 63 characters; what had to be shortened ends with a hash.
std::string label_value(std::string_view text);

/// The consumer group: `<installation>/<namespace>/<pipeline>/<bridge>`. Stable over deletion and
/// re-creation.
std::string group_name(std::string_view installation, std::string_view namespace_name,
                       std::string_view pipeline, std::string_view bridge);

}  // namespace fusion::bridges
