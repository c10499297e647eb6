#pragma once

#include "controllers/stages/stage_decision.h"

namespace fusion::stages {

/// Adds to a stage's status how far it has come: what its groups have yet to read, and its watermark.
///
/// The watermark comes from the metadata of the groups' commits (contract/progress.h): the lowest of those
/// that are known. A query has one watermark for all of its inputs, so that an input whose commits carry none
/// does not make it unknown. What is not known is left out.
void report_progress(const api::Stage& stage, const StageContext& context, api::StageStatus& status);

}  // namespace fusion::stages
