#pragma once

#include <map>
#include <string>
#include <vector>

#include "controllers/stages/plan.h"

namespace fusion::stages {

struct StageDecision;

struct StageContext {
  const api::FusionPipeline& pipeline;
  const ObservedStages& observed;
  const controllers::Settings& settings;
  const Inputs& inputs;
  const std::map<std::string, StageDecision>& decided;  ///< by stage: those that read what this one writes
};

/// What is to be done about one stage, and what there is to tell of it.
struct StageDecision {
  std::vector<Action> actions;
  std::vector<controllers::Failure> failures;
  api::StageStatus status;
  bool waits_to_roll = false;
  bool rolling = false;
  bool needs_volume = false;  ///< its claim is to be made, or made again
  bool removed = false;       ///< nothing is left of a stage that is no longer declared
};

/// Of a declared stage with a template.
StageDecision decide_template(const api::Stage& stage, const StageContext& context);

/// Of a declared stage with a ref.
StageDecision decide_ref(const api::Stage& stage, const StageContext& context);

/// Of a stage that is no longer declared; `child` is the name of its workload.
StageDecision remove(const std::string& stage, const std::string& child, const StageContext& context);

/// Adds what the observed state says to a stage's status, and the failure if it is not as it should be.
void report_state(const api::Stage& stage, const Observation& seen, bool suspended, StageDecision& decision);

}  // namespace fusion::stages
