#pragma once

#include "controllers/stages/workload_kind.h"

namespace fusion::stages {

/// A job in somebody's session cluster, run by the Flink Kubernetes operator. Its pods are the cluster's: the
/// stage contract reaches it as global job parameters, and a checkpoint volume cannot be mounted for it.
const WorkloadKind& flink_session_job();

}  // namespace fusion::stages
