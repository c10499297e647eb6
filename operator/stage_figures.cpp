#include "operator/stage_figures.h"

#include "controllers/stages/stage_progress.h"

namespace fusion::op {

std::vector<StageFigures> stage_figures(const api::FusionPipeline& pipeline,
                                        const pipeline::Observed& observed) {
  std::vector<StageFigures> figures;
  for (const auto& stage : pipeline.spec.stages) {
    StageFigures figure;
    figure.stage = stage.name;
    figure.lag_records = stages::lag_records(stage, observed.bridges);
    if (const auto watermark = stages::watermark(stage, observed.stages, observed.bridges))
      figure.watermark_seconds = static_cast<double>(watermark->time_since_epoch().count());
    const auto job = observed.stages.progress.find(stage.name);
    if (job != observed.stages.progress.end()) {
      if (const auto& completed = job->second.completed) {
        figure.checkpoint_seconds = std::chrono::duration<double>(completed->at.time_since_epoch()).count();
        figure.checkpoint_bytes = completed->state_bytes;
      }
      figure.checkpoints_completed = job->second.completed_checkpoints;
      figure.checkpoints_failed = job->second.failed_checkpoints;
    }
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace fusion::op
