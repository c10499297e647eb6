#pragma once

#include <vector>

#include "api/status.h"

namespace fusion::stages {

struct Plan {
  std::vector<api::StageStatus> status;  ///< one for each declared stage, in the order of the spec
  api::Condition ready;                  ///< becomes StagesReady
  int ready_stages = 0;
};

/// Stages are external for now: somebody else runs them, so there is nothing to do and nothing to wait for.
Plan plan(const api::FusionPipeline& pipeline);

}  // namespace fusion::stages
