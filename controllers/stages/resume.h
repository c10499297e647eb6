#pragma once

#include <string>

#include "controllers/stages/observed_stage.h"

namespace fusion::stages {

/// Resuming goes against the data: which streaming stage that reads what a suspended stage writes, straight
/// or through bridges, has yet to run again; empty: none. A reader that has failed is not waited for, nor one
/// that cannot run before this stage does (`startAfter`).
std::string resume_waits_for(const api::FusionPipeline& pipeline, const api::Stage& stage,
                             const ObservedStages& observed);

}  // namespace fusion::stages
