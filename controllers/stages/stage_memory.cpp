#include "controllers/stages/stage_memory.h"

#include <nlohmann/json.hpp>

#include "controllers/served_object.h"

namespace fusion::stages {
namespace {

std::string initial_savepoint(const api::WorkloadTemplate& from_user) {
  const auto spec = nlohmann::json::parse(from_user.spec, nullptr, /*allow_exceptions=*/false);
  return controllers::served::text(spec, "/job/initialSavepointPath");
}

/// Whether the user has named a place to start from since there was a workload.
bool names_another_savepoint(const api::StageStatus& recorded, const api::WorkloadTemplate& from_user) {
  const auto named = initial_savepoint(from_user);
  return !named.empty() && named != recorded.initial_savepoint;
}

}  // namespace

void remember(const Observation& seen, const api::WorkloadTemplate& from_user,
              const api::StageStatus& recorded, api::StageStatus& status) {
  status.initial_savepoint = initial_savepoint(from_user);
  const bool works = seen.state == State::kRunning || seen.state == State::kCompleted ||
                     (seen.state == State::kFailed && seen.has_been_deployed);
  if (works) status.ran_since_savepoint = true;
  // Known while it works, an older one is not taken for that of the stop (as under last-state).
  const bool has_stopped = seen.state == State::kSuspended;
  const bool is_known = seen.savepoint.empty() || seen.savepoint == recorded.savepoint;
  if (is_known || !(has_stopped || (works && !seen.is_asked_to_stop))) return;
  status.savepoint = seen.savepoint;
  if (has_stopped) status.ran_since_savepoint = false;
}

bool has_run(const api::StageStatus& recorded) {
  return recorded.ran_since_savepoint || !recorded.savepoint.empty();
}

bool has_lost_state(const api::StageStatus& recorded, const api::WorkloadTemplate& from_user) {
  return recorded.ran_since_savepoint && !names_another_savepoint(recorded, from_user);
}

std::string savepoint_to_go_on_from(const api::StageStatus& recorded,
                                    const api::WorkloadTemplate& from_user) {
  const bool is_behind = recorded.ran_since_savepoint || names_another_savepoint(recorded, from_user);
  return is_behind ? "" : recorded.savepoint;
}

}  // namespace fusion::stages
