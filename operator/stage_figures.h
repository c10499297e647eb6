#pragma once

#include <vector>

#include "controllers/pipeline/observed_pipeline.h"
#include "operator/metrics.h"

namespace fusion::op {

/// What is known of each declared stage, for the metrics.
std::vector<StageFigures> stage_figures(const api::FusionPipeline& pipeline,
                                        const pipeline::Observed& observed);

}  // namespace fusion::op
