#pragma once

#include <string>
#include <tl/expected.hpp>

#include "controllers/stages/workload_kind.h"

namespace fusion::stages {

/// Where a stage's checkpoint volume is mounted.
inline constexpr char kStateDirectory[] = "/var/lib/fusion";

/// Adds the stage contract to a pod template (core/v1 PodTemplateSpec), so that no webhook of an engine's
/// operator is needed for it: file, environment, Secrets, checkpoint volume, labels. `container` is the one
/// that the engine runs in; `field` is the template's path, for refusals.
///
/// An environment variable that the user has set stays, but for those which the guarantee rests on.
tl::expected<void, Refusal> wire_pod(nlohmann::json& pod_template, const std::string& container,
                                     const std::string& field, const Wiring& wiring);

}  // namespace fusion::stages
