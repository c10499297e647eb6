#pragma once

#include "controllers/stages/workload_kind.h"

namespace fusion::stages {

/// A SparkApplication of sparkoperator.k8s.io/v1beta2, run by Kubeflow's Spark operator. It is stopped by
/// deleting it, because `spec.suspend` came with version 2.4 of that operator only; a streaming query goes on
/// from its checkpoint location.
const WorkloadKind& spark_operator();

}  // namespace fusion::stages
