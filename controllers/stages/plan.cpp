#include "controllers/stages/plan.h"

#include "controllers/condition.h"

namespace fusion::stages {

Plan plan(const api::FusionPipeline& pipeline) {
  Plan plan;
  for (const auto& stage : pipeline.spec.stages)
    plan.status.push_back({stage.name, stage.engine, "External"});
  plan.ready_stages = static_cast<int>(plan.status.size());
  plan.ready =
      controllers::verdict("StagesReady", {}, controllers::counted(plan.status.size(), "external stage"))
          .condition;
  return plan;
}

}  // namespace fusion::stages
