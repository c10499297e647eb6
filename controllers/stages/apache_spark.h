#pragma once

#include "controllers/stages/workload_kind.h"

namespace fusion::stages {

/// A SparkApplication of spark.apache.org/v1, run by Apache's Spark Kubernetes operator. It is stopped by
/// deleting it; a streaming query goes on from its checkpoint location.
///
/// Shape and states as documented in https://github.com/apache/spark-kubernetes-operator
/// (ApplicationStateSummary); not tried with the operator itself.
const WorkloadKind& apache_spark();

}  // namespace fusion::stages
