#pragma once

#include <string>

#include "api/status.h"
#include "controllers/stages/workload_kind.h"

namespace fusion::stages {

/// What of a stage outlives operator and workload is in its status: whether its job has done work that is
/// nowhere else (`ran_since_savepoint`), and where it goes on from. `recorded` is what the status says now,
/// default-made if it says nothing.

/// Adds to `status` what the observed workload of a streaming stage says of that.
void remember(const Observation& seen, const api::WorkloadTemplate& from_user,
              const api::StageStatus& recorded, api::StageStatus& status);

/// Whether the job has ever been at work.
bool has_run(const api::StageStatus& recorded);

/// Whether what the job has done is lost with its workload, and the user has not said where to start from
/// since.
bool has_lost_state(const api::StageStatus& recorded, const api::WorkloadTemplate& from_user);

/// The savepoint that a new workload goes on from; empty: what its template says.
std::string savepoint_to_go_on_from(const api::StageStatus& recorded, const api::WorkloadTemplate& from_user);

}  // namespace fusion::stages
