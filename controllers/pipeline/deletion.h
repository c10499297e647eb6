#pragma once

#include "controllers/pipeline/plan.h"

namespace fusion::pipeline {

/// Whether deleting this pipeline has to do something outside of what Kubernetes' garbage collector does:
/// under deletionPolicy Delete, for topics, volumes and consumer groups.
bool needs_finalizer(const api::FusionPipeline& pipeline);

/// The status of a pipeline that is being deleted and waits for something: "being deleted, waits for ...".
api::Status waiting_status(const api::FusionPipeline& pipeline, const std::string& waiting_for);

/// The plan for a pipeline that is being deleted: stages end and bridges stop, then topics, volumes and
/// groups go, then the finalizer.
Plan plan_deletion(const api::FusionPipeline& pipeline, const Observed& observed,
                   const controllers::Settings& settings, std::chrono::sys_seconds now);

}  // namespace fusion::pipeline
