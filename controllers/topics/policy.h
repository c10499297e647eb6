#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace fusion::topics {

/// Which topics of the operator's default connection a namespace may use: namespace -> patterns, in which `*`
/// stands for any text. The namespace `*` speaks for those without an entry of their own.
using TopicPolicy = std::map<std::string, std::vector<std::string>>;

/// Whether `namespace_name` may use `topic`, by its own entry, else by the entry `*`, else if the topic
/// begins with the namespace and a dot. A malformed policy allows less, never more.
bool allows(const TopicPolicy& policy, const std::string& namespace_name, std::string_view topic);

/// What the namespace may use, for a message: "shop.*", or "no topics".
std::string allowed_patterns(const TopicPolicy& policy, const std::string& namespace_name);

}  // namespace fusion::topics
