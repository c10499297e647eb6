#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "controllers/bridges/observed_bridge.h"
#include "controllers/bridges/partition_growth.h"
#include "controllers/bridges/progress_history.h"
#include "kafka/admin_pool.h"
#include "operator/failures.h"
#include "operator/kafka_view.h"
#include "operator/own_writes.h"

namespace fusion::op {

/// What the operator remembers of one pipeline between reconciles, in memory only: all of it may be lost at
/// any time. Touched by the worker that has the pipeline's key alone.
struct PipelineMemory {
  std::string uid;  ///< another pipeline of the same name begins anew

  // The conversation with Kafka; `view` and `lease` belong to `connection`.
  std::optional<kafka::Connection> connection;
  kafka::AdminPool::Lease lease;
  std::shared_ptr<KafkaView> view;
  std::chrono::steady_clock::time_point view_since{};

  // By topic, by claim, by bridge and by stage.
  Failures topic_failures;
  Failures claim_failures;
  Failures bridge_failures;
  Failures stage_failures;
  Failures renewal_failures;  ///< by bridge; told to the log alone

  std::map<std::string, std::chrono::sys_seconds> fresh_positions;  ///< see bridges::ObservedBridges

  std::map<std::string, bridges::ProgressHistory> histories;  ///< by bridge; of the Kafka of `connection`
  std::map<std::string, bridges::PartitionGrowth> growths;    ///< by bridge whose status tells of one

  std::map<std::string, controllers::Answer> answers;  ///< by StatefulSet or workload
  /// What stages::at_rest named last, and since when.
  std::map<std::string, std::chrono::steady_clock::time_point> at_rest;
  OwnWrites own_writes;

  std::optional<std::chrono::steady_clock::time_point> status_written_at;
  bool paused = false;
};

}  // namespace fusion::op
