#pragma once

#include <optional>
#include <string>

#include "controllers/stages/stage_decision.h"

namespace fusion::stages {

/// The first topic of the stage that cannot be used; empty: all can.
std::string unusable_topic(const api::Stage& stage, const topics::Plan& topics);

/// Why it is too early to start or resume a stage, although nothing contradicts it; unset: it is not.
std::optional<controllers::Failure> too_early(const api::Stage& stage, const StageContext& context);

/// Whether the claim that the stage's pods mount is yet to be made.
bool lacks_volume(const api::Stage& stage, const StageContext& context);

}  // namespace fusion::stages
