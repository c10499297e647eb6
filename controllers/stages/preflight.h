#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "controllers/bridges/observed_bridge.h"
#include "controllers/failure.h"
#include "controllers/stages/observed_stage.h"
#include "controllers/topics/observed_topic.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::stages {

/// What a stage is compared with before it is started.
struct PreflightFacts {
  const topics::ObservedTopics& topics;
  const bridges::ObservedBridges& bridges;  ///< for the times of the inputs' newest records
  std::optional<int> nodes;                 ///< of the cluster; unset: not known
  std::chrono::sys_seconds now;
  bool has_run = false;  ///< a stream that has run has left its old data behind
};

/// The timeout of a stage's transactions: as declared, else kDefaultTransactionTimeout or what the brokers
/// allow, whichever is less. Unset: the brokers have yet to say.
std::optional<std::chrono::milliseconds> transaction_timeout(const api::Stage& stage,
                                                             const topics::ObservedTopics& topics);

/// Whatever would let the stage fail at run time, or lose records, as far as brokers and engine tell: each a
/// permanent failure that names both sides of the contradiction and the field to change. `spec` is the
/// rendered one of the workload. Pure; what is not known is not refused.
std::vector<controllers::Failure> preflight(const api::FusionPipeline& pipeline, const api::Stage& stage,
                                            const WorkloadKind& kind, const nlohmann::json& spec,
                                            const PreflightFacts& facts);

}  // namespace fusion::stages
