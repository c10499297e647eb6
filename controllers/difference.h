#pragma once

#include <string>

#include "nlohmann/json_fwd.hpp"

namespace fusion::controllers {

/// The first path at which `actual` lacks or contradicts what `desired` says, such as
/// spec.template.spec.containers[bridge].image; empty: none. What others added is tolerated, quantities are
/// compared by value, and an empty value equals a missing one: the server normalises both.
std::string first_difference(const nlohmann::json& desired, const nlohmann::json& actual);

}  // namespace fusion::controllers
