#pragma once

#include <map>
#include <set>
#include <string>

#include "controllers/connection.h"
#include "controllers/pipeline/plan.h"
#include "operator/environment.h"
#include "operator/pipeline_memory.h"

namespace fusion::op {

/// What one reconcile knows of Kafka.
struct KafkaObservation {
  topics::ObservedTopics topics;
  std::map<std::string, bridges::ObservedGroup> groups;
  std::map<std::string, bridges::Pace> paces;  ///< of these groups
  std::set<std::string> grown_over;            ///< see bridges::ObservedBridges
  /// When Kafka was asked for the groups; unset: never.
  std::optional<std::chrono::steady_clock::time_point> groups_asked_at;
  bool first_answer_due = false;  ///< the first answer is on its way: nothing can be planned yet
  bool may_work = false;          ///< work can be submitted, and is planned on what Kafka says now
};

/// The Kafka side of a reconcile: never waits for Kafka. What is not known yet is asked for, and the answer
/// adds the key to the queue again.
class KafkaPart {
 public:
  explicit KafkaPart(const Environment& environment) : env_(environment) {}

  /// `secrets` are those that the connection names, as they were read.
  KafkaObservation observe(const kube::ObjectKey& key, const api::FusionPipeline& pipeline,
                           const controllers::Connection& connection,
                           const std::map<std::string, ReadSecret>& secrets, const Setup& setup,
                           const Children& children, PipelineMemory& memory, WakeUp& wake_up,
                           const Log& log) const;

  /// Submits what the plan wants done to Kafka and may be tried now.
  void work(const kube::ObjectKey& key, const api::FusionPipeline& pipeline, const pipeline::Plan& plan,
            const KafkaObservation& observation, PipelineMemory& memory, const Log& log) const;

  /// Forgets the connection: the pipeline needs none.
  static void leave(PipelineMemory& memory);

 private:
  bool connect(const kube::ObjectKey& key, const kafka::Connection& connection, PipelineMemory& memory,
               KafkaObservation& observation, const Log& log) const;
  void ask(const KafkaQuestion& question, PipelineMemory& memory, WakeUp& wake_up) const;
  void take_outcome(PipelineMemory& memory, const Log& log) const;
  void ask_who_uses(const kube::ObjectKey& key, const api::FusionPipeline& pipeline,
                    const std::string& cluster_id, KafkaWork& work, PipelineMemory& memory,
                    const Log& log) const;

  const Environment& env_;
};

}  // namespace fusion::op
