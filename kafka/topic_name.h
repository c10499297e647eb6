#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace fusion::kafka {

/// Why Kafka would refuse this name of a topic; none when it is allowed. The rules are those of
/// org.apache.kafka.common.internals.Topic: 1 to 249 of [a-zA-Z0-9._-], not "." and not "..".
std::optional<std::string> topic_name_problem(std::string_view name);

}  // namespace fusion::kafka
