#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controllers/pipeline/plan.h"
#include "tests/unit/controllers/builders.h"

namespace fusion::test {

/// A cluster and a Kafka made of values, on which actions work at once: what one reconcile does is what the
/// next one observes. It refuses what the real ones refuse, by throwing: a test must never get there.
class World {
 public:
  explicit World(const api::FusionPipeline& pipeline);

  /// Observes and plans, without doing anything.
  pipeline::Plan plan() const;
  /// One reconcile; dies before the action `die_before` (counted from 0 over all writes, the status last).
  /// Returns whether anything was to be done.
  bool reconcile(std::optional<int> die_before = std::nullopt);
  /// Reconciles until a reconcile has nothing to do; fails the test after 30.
  void converge();
  /// What Kubernetes' controllers do: claims, pods, readiness, deletion.
  void settle();

  pipeline::Observed observe() const;
  /// Everything that matters once all is at rest, without uids: two worlds with equal ends are the same to a
  /// user.
  nlohmann::json end_state() const;

  /// What the engine's operator makes of a stage's workload: a Spark job completes or fails, a Flink job
  /// ends.
  void complete(const std::string& stage);
  void fail(const std::string& stage);
  nlohmann::json& workload(const std::string& stage);
  bool has_workload(const std::string& stage) const;
  const api::StageStatus& stage_status(const std::string& stage) const;

  const nlohmann::json& only_set() const;
  std::string only_set_name() const;

  api::FusionPipeline pipeline;
  bool gone = false;  ///< deleted and its finalizer removed
  controllers::Settings options = settings();
  controllers::ObservedSecrets secrets;
  std::map<std::string, topics::ObservedTopic> topics;
  std::vector<topics::Claim> other_claims;
  std::map<std::string, nlohmann::json> sets;
  std::map<std::string, nlohmann::json> config_maps;
  std::map<std::string, checkpoints::ObservedClaim> claims;
  std::map<std::string, bridges::ObservedPod> pods;
  std::map<std::string, bridges::ObservedGroup> groups;  ///< by group name
  std::map<std::string, bridges::Pace> paces;            ///< by bridge
  std::map<std::string, nlohmann::json> workloads;       ///< by name
  std::map<std::string, nlohmann::json> refs;            ///< the objects of others, by name
  std::set<std::string> served;                          ///< as in ObservedStages; all kinds
  std::map<std::string, controllers::Failure> stage_failures;
  std::map<std::string, controllers::Failure> claim_failures;
  std::map<std::string, stages::JobProgress> progress;  ///< by stage
  bool answers_are_new = true;  ///< Kafka was asked for the groups after everything came to rest
  std::optional<int> nodes;
  std::set<std::string> grown_over;
  std::map<std::string, controllers::Failure> failures;
  std::map<std::string, std::chrono::sys_seconds> fresh_positions;
  bool kafka_down = false;
  bool may_roll = true;
  bool pods_start = true;
  bool engines_work = true;  ///< workloads come to run, stop and go; otherwise nothing becomes of them
  std::chrono::sys_seconds now{std::chrono::seconds(5000)};
  std::vector<std::string> log;  ///< every action, such as "CreateTopic clicks"

 private:
  /// Throws otherwise.
  static void expect(bool condition, const std::string& what);
  void apply(const topics::Action& action);
  void apply(const checkpoints::Action& action);
  void apply(const bridges::Action& action);
  void apply(const stages::Action& action);
  void settle_workloads();
  void put_set(const std::string& body, const std::string& uid);
  std::string new_uid() { return "u" + std::to_string(++uids_); }

  int uids_ = 0;
  int savepoints_ = 0;
};

}  // namespace fusion::test
