#pragma once

#include <gmock/gmock.h>

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "operator/guarded_api.h"
#include "operator/reconciler.h"
#include "tests/unit/kube/in_memory_api.h"
#include "tests/unit/operator/fake_kafka.h"

namespace fusion::op::testing {

/// An API server and a Kafka in memory, and an operator on one thread whose clock is ticked by hand. The
/// pipeline is demo/flights.
class World : public ::testing::Test, public ClusterView {
 protected:
  World();
  ~World() override;

  /// Stores the pipeline with this spec; a bridge `carry` from `in` to `out` by default.
  void apply_pipeline(nlohmann::json spec);
  static nlohmann::json spec_with_bridge();
  void delete_pipeline();
  /// Gives the operator a default connection with this policy.
  void use_default_connection(topics::TopicPolicy policy);

  /// Lets everything happen that needs no time to pass: watches, reconciles, Kafka's answers. False if it
  /// does not come to rest.
  bool settle();
  /// Lets time pass, second by second, and settles after each.
  void pass(std::chrono::seconds time);

  nlohmann::json status() const;
  /// Of the condition with this type: "status reason".
  std::string condition(const std::string& type) const;
  std::string message(const std::string& type) const;
  std::vector<std::string> names(const kube::ResourceType& type) const;
  std::string metrics_page() const { return metrics_.text(); }
  /// The writes of everything but events since the last call.
  std::vector<std::string> new_writes();

  std::shared_ptr<const KnownPipeline> pipeline(const kube::ObjectKey& key) const override;
  Children children(const kube::ObjectKey& key) const override;
  Engines engines() const override { return {.served = served_}; }
  std::size_t pipelines() const override { return 1; }

  const kube::ObjectKey key_{"demo", "flights"};
  mutable kube::testing::InMemoryApi server_;
  FakeKafka kafka_;
  std::set<std::string> served_;  ///< kinds of engines, by stages::kind_name
  /// What a job answers that is asked how far it has come.
  tl::expected<stages::JobProgress, std::string> job_ = tl::unexpected<std::string>("nobody is there");
  std::vector<std::string> asked_;  ///< the URLs of jobs
  bool leads_ = true;
  std::chrono::seconds passed_{0};
  int reconciles_ = 0;

 private:
  bool step();
  std::vector<nlohmann::json> objects(const kube::ResourceType& type, const std::string& ns) const;

  Metrics metrics_;
  GuardedApi api_{server_, metrics_, [this] { return leads_; }};
  WorkQueue queue_;
  ClaimBook claims_;
  Rollouts rollouts_{5};
  StatusPacer pacer_{20};
  RenewalPacer renewal_pacer_{std::chrono::seconds(4)};
  SecretReader secrets_;
  std::shared_ptr<op::Setup> setup_ = std::make_shared<op::Setup>();
  kafka::AdminPool pool_;
  JobPoller jobs_;
  std::unique_ptr<Reconciler> reconciler_;
  std::string seen_;  // the objects at the last look, as text: what watches would tell of
};

}  // namespace fusion::op::testing
