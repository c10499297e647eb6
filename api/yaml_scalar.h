#pragma once

#include <string>

#include "nlohmann/json_fwd.hpp"

namespace fusion::api {

/// What a plain (unquoted) YAML scalar stands for, by the table of go-yaml v2, on which Kubernetes' tools are
/// built (https://github.com/go-yaml/yaml/blob/v2/resolve.go): null, a boolean, a number, or the text itself.
/// What is infinite or no number (`.inf`, `.nan`) is NaN, which JSON cannot hold.
nlohmann::json resolve_plain_scalar(const std::string& text);

}  // namespace fusion::api
