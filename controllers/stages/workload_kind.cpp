#include "controllers/stages/workload_kind.h"

#include <array>

#include "controllers/stages/apache_spark.h"
#include "controllers/stages/flink_deployment.h"
#include "controllers/stages/flink_session_job.h"
#include "controllers/stages/spark_operator.h"

namespace fusion::stages {

const WorkloadKind* find_workload_kind(std::string_view api_version, std::string_view kind) {
  const auto* wanted = api::find_engine_kind(api_version, kind);
  if (wanted == nullptr) return nullptr;
  const std::array<const WorkloadKind*, 4> kinds{&spark_operator(), &apache_spark(), &flink_deployment(),
                                                 &flink_session_job()};
  for (const auto* candidate : kinds) {
    if (&candidate->kind() == wanted) return candidate;
  }
  return nullptr;
}

}  // namespace fusion::stages
