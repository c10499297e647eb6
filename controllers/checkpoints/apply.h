#pragma once

#include <optional>
#include <string>

#include "controllers/checkpoints/plan.h"
#include "controllers/failure.h"
#include "kube/api.h"

namespace fusion::checkpoints {

/// Performs an action, waiting for the server's answer; none: done. A claim that is gone or was replaced is
/// left alone. A storage class that refuses growth is the permanent failure VolumeCannotGrow.
std::optional<controllers::Failure> apply(kube::Api& api, const std::string& namespace_name,
                                          const Action& action);

}  // namespace fusion::checkpoints
