#pragma once

#include <string>
#include <vector>

#include "controllers/stages/stage_decision.h"

namespace fusion::stages {

/// The streaming stages that read what `stage` writes, straight or through bridges.
std::vector<const api::Stage*> readers_of(const api::FusionPipeline& pipeline, const api::Stage& stage);

/// Resuming goes against the data: the reader that has yet to run before a suspended stage is started; empty:
/// none. `context.decided` has the readers. One that cannot run is not waited for, nor one that waits for
/// another stage (`startAfter`), which may be this one.
std::string resume_waits_for(const api::Stage& stage, const StageContext& context);

}  // namespace fusion::stages
