#pragma once

#include "controllers/bridges/observed_bridge.h"
#include "controllers/checkpoints/observed_claim.h"
#include "controllers/connection.h"
#include "controllers/stages/observed_stage.h"
#include "controllers/topics/observed_topic.h"

namespace fusion::pipeline {

/// All that one reconcile knows of the world, copied, so that nothing moves under the plan.
struct Observed {
  controllers::ObservedSecrets secrets;
  topics::ObservedTopics topics;
  bridges::ObservedBridges bridges;
  checkpoints::ObservedClaims claims;
  /// By name, of claims that do not exist: why they could not be made.
  std::map<std::string, controllers::Failure> claim_failures = {};
  stages::ObservedStages stages;
  bool namespace_terminating = false;
  /// Whether it is this pipeline's turn for changes that a new operator version brings
  /// (--max-concurrent-rollouts).
  bool may_roll = true;
};

}  // namespace fusion::pipeline
