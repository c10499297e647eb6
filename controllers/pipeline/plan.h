#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "api/parse.h"
#include "controllers/bridges/plan.h"
#include "controllers/checkpoints/plan.h"
#include "controllers/pipeline/conditions.h"
#include "controllers/pipeline/observed_pipeline.h"
#include "controllers/settings.h"
#include "controllers/stages/plan.h"
#include "controllers/topics/plan.h"

namespace fusion::pipeline {

/// What one reconcile does. Plans are level-triggered: what depends on the result of an action waits for the
/// next observation, so that actions of one plan never depend on each other, any of them may fail, and the
/// process may die between any two.
struct Plan {
  /// Add api::kFinalizer (patched with the resourceVersion) and nothing else: everything outside waits until
  /// it is there.
  bool add_finalizer = false;
  std::vector<topics::Action> topics;
  std::vector<checkpoints::Action> claims;
  std::vector<bridges::Action> bridges;
  std::vector<stages::Action> stages;
  std::vector<bridges::RenewPositions> renewals;  ///< whatever becomes of them, no status tells of it
  bool remove_finalizer = false;                  ///< last; no actions beside it
  /// The status as `observed` justifies it. After actions failed, put the failures into `observed` and plan
  /// again: that status is the one to report.
  api::Status status;
  std::vector<Event> events;
  /// Plan again after this long, at the latest; 0 s: at once, after the status was written. Unset: only when
  /// something changes.
  std::optional<std::chrono::seconds> wake_up;
  bool look_again = false;     ///< ask Kafka again before anything else is done there
  bool waits_to_roll = false;  ///< wants Observed::may_roll
  bool rolling = false;        ///< takes one of the places of --max-concurrent-rollouts
  std::vector<std::string>
      kept;  ///< sentences for log and metric: topics that deletion leaves behind, and why
};

/// Whether the annotation fusion-operator.io/paused stops reconciling; then plan() must not be called.
bool is_paused(const api::Metadata& metadata);

/// Decides all of one reconcile: validation, finalizer, topics before bridges and stages, deletion in order,
/// conditions and status.
///
/// Pure: `now` is only compared with the deletionTimestamp, with ObservedBridges::fresh_positions and with
/// the times of records. An invalid spec leaves everything as it is and says why.
Plan plan(const api::FusionPipeline& pipeline, const Observed& observed,
          const controllers::Settings& settings, std::chrono::sys_seconds now);

/// What to do with a pipeline that api::parse refused: everything stays, and Ready is False with the first
/// problem's reason. One that is being deleted goes at once, unless its deletion policy, the one field of
/// `known.spec` that is looked at, is Delete: what there is to delete cannot be read.
Plan plan_unreadable(const api::FusionPipeline& known, const std::vector<api::Problem>& problems);

/// The status of a pipeline that is not reconciled, because is_paused(): what was seen last, and that it is
/// not looked at.
api::Status paused_status(const api::FusionPipeline& pipeline);

}  // namespace fusion::pipeline
