#pragma once

#include <optional>

#include "controllers/stages/workload_kind.h"

namespace fusion::stages {

/// Completes `spec.sparkConf`: where a streaming query keeps its progress, and how much of it.
std::optional<Refusal> wire_spark_conf(nlohmann::json& spec, const Wiring& wiring);

}  // namespace fusion::stages
