#pragma once

#include <string>
#include <vector>

#include "api/status.h"
#include "controllers/pipeline/conditions.h"
#include "operator/environment.h"
#include "operator/pipeline_memory.h"

namespace fusion::op {

/// Writes a pipeline's status when it differs in meaning, and tells its events.
class StatusWriter {
 public:
  enum class Result {
    kUnchanged,  ///< the API server has it already
    kWritten,
    kLater,     ///< it is not its turn yet; `wake_up` says when
    kConflict,  ///< the pipeline has changed meanwhile: look again
    kFailed,
  };

  explicit StatusWriter(const Environment& environment) : env_(environment) {}

  Result write(const api::FusionPipeline& pipeline, api::Status next,
               const std::vector<pipeline::Event>& events, PipelineMemory& memory, WakeUp& wake_up,
               const Log& log) const;

 private:
  void tell(const api::FusionPipeline& pipeline, const std::vector<pipeline::Event>& events,
            const Log& log) const;

  const Environment& env_;
};

}  // namespace fusion::op
