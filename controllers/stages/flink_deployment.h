#pragma once

#include "controllers/stages/workload_kind.h"

namespace fusion::stages {

/// A job with a cluster of its own, run by the Flink Kubernetes operator.
const WorkloadKind& flink_deployment();

}  // namespace fusion::stages
