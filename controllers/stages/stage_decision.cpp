#include "controllers/stages/stage_decision.h"

#include <algorithm>

#include "controllers/stages/order.h"
#include "controllers/stages/resume.h"
#include "controllers/stages/stage_progress.h"

namespace fusion::stages {
namespace {

using controllers::Failure;

std::string sentence(const api::Stage& stage, const std::string& what, const std::string& message = {}) {
  return "stage " + stage.name + " " + what + (message.empty() ? "" : ": " + message);
}

void manage(const api::Stage& stage, const ObservedWorkload& workload, const StageContext& context,
            StageDecision& decision) {
  const bool suspend = context.pipeline.spec.suspend;
  if (workload.observation.is_asked_to_stop == suspend) return;
  if (workload.observation.state == State::kCompleted) return;
  if (!workload.observation.can_be_suspended || !workload.stage.empty()) {
    decision.failures.push_back({"RefNotManageable",
                                 "stage " + stage.name + " cannot manage " + workload.kind + " " +
                                     workload.name +
                                     (workload.stage.empty() ? ", which has no job of its own"
                                                             : ", which belongs to another pipeline") +
                                     ": set workload.ref.manage to false, or name another object",
                                 true});
    return;
  }
  if (suspend) {
    const auto sender = stops_after(context.pipeline, stage, context.observed, context.inputs.bridges);
    if (!sender.empty()) {
      decision.failures.push_back({"Suspending", sentence(stage, "stops after " + sender), false});
      return;
    }
  } else if (const auto reader = resume_waits_for(stage, context); !reader.empty()) {
    decision.failures.push_back({"Resuming", sentence(stage, "is resumed after " + reader), false});
    return;
  }
  decision.actions.push_back(
      PatchRef{stage.name, workload.api_version, workload.kind, workload.name, workload.uid, suspend});
  const auto failed = context.observed.failures.find(stage.name);
  if (failed != context.observed.failures.end()) decision.failures.push_back(failed->second);
}

}  // namespace

void report_state(const api::Stage& stage, const Observation& seen, bool suspended, StageDecision& decision) {
  decision.status.state = to_string(seen.state);
  const auto fail = [&](const char* reason, const std::string& what, bool permanent) {
    decision.failures.push_back({reason, sentence(stage, what, seen.message), permanent});
  };
  switch (seen.state) {
    case State::kFailed:
      fail("StageFailed", "has failed", seen.is_final);
      break;
    case State::kUnknown:
      fail("StageStateUnknown", "is in a state that is not known", false);
      break;
    case State::kSuspended:
      if (!suspended) fail("StageStarting", "is being resumed", false);
      break;
    case State::kRunning:
      if (suspended) fail("Suspending", "is being stopped", false);
      break;
    case State::kCompleted:
      if (stage.mode == api::Mode::kStreaming && !suspended)
        fail("StageEnded", "has ended although its mode is Streaming", true);
      break;
    case State::kPending:
    case State::kStarting:
      fail(suspended ? "Suspending" : "StageStarting", suspended ? "is being stopped" : "is starting", false);
      break;
  }
}

StageDecision decide_ref(const api::Stage& stage, const StageContext& context) {
  const auto& ref = *stage.workload_ref;
  StageDecision decision;
  auto& status = decision.status;
  status.name = stage.name;
  status.engine = stage.engine;
  status.kind = ref.kind;
  status.workload = ref.name;
  status.state = to_string(State::kUnknown);
  report_progress(stage, context, status);
  const auto seen = context.observed.refs.find(stage.name);
  if (seen == context.observed.refs.end() || !seen->second) {
    const auto why =
        seen == context.observed.refs.end()
            ? Failure{"WorkloadNotObserved", ref.kind + " " + ref.name + " is not known yet", false}
            : seen->second.error();
    decision.failures.push_back({why.reason, sentence(stage, "is not seen", why.message), why.permanent});
    return decision;
  }
  const auto& workload = *seen->second;
  if (ref.manage) manage(stage, workload, context, decision);
  status.savepoint = workload.observation.savepoint;
  report_state(stage, workload.observation, ref.manage && context.pipeline.spec.suspend, decision);
  // Whoever owns it may have it stopped.
  if (!ref.manage && workload.observation.state == State::kSuspended) decision.failures.clear();
  return decision;
}

}  // namespace fusion::stages
