#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <unordered_map>

#include "operator/environment.h"
#include "operator/kafka_part.h"
#include "operator/kube_part.h"
#include "operator/pipeline_memory.h"
#include "operator/status_writer.h"

namespace fusion::op {

/// Brings one pipeline a step nearer to what it declares: observe, validate, plan, apply, report.
///
/// `reconcile` may be called by any number of threads, for different keys. It waits for the API server, never
/// for Kafka. Afterwards the key is in the queue for the time when it is to be looked at again.
class Reconciler {
 public:
  Reconciler(Environment environment, Log log);
  /// Drops all leases: before the AdminPool ends.
  ~Reconciler();

  void reconcile(const kube::ObjectKey& key);

 private:
  enum class Result { kDone, kParked, kConflict, kFailed };
  static std::string_view to_string(Result result);

  Result run(const kube::ObjectKey& key, const Log& log);
  Result run_plan(const kube::ObjectKey& key, const api::FusionPipeline& pipeline, PipelineMemory& memory,
                  const Log& log);
  Result report(const kube::ObjectKey& key, const api::FusionPipeline& pipeline, const pipeline::Plan& plan,
                PipelineMemory& memory, WakeUp& wake_up, const Log& log);
  Result change_finalizer(const kube::ObjectKey& key, const api::FusionPipeline& pipeline, bool add,
                          PipelineMemory& memory, const Log& log);
  void roll(const kube::ObjectKey& key, const pipeline::Plan& plan);
  void forget(const kube::ObjectKey& key);
  void measure(const kube::ObjectKey& key, const api::FusionPipeline& pipeline,
               const pipeline::Observed& observed, const api::Status& status);
  std::shared_ptr<PipelineMemory> memory_of(const kube::ObjectKey& key);

  const Environment env_;
  const Log log_;
  const KafkaPart kafka_;
  const KubePart kube_;
  const StatusWriter status_;
  std::mutex mutex_;
  std::unordered_map<kube::ObjectKey, std::shared_ptr<PipelineMemory>> memories_;  // guarded by mutex_
};

}  // namespace fusion::op
