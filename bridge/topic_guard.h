#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "bridge/answer.h"
#include "bridge/stop.h"
#include "contract/bridge_config.h"
#include "kafka/admin.h"

namespace fusion::bridge {

/// What Kafka says of a topic, held against what was declared: stops with kTopic if it is missing, or is
/// another one (its id differs). Other errors of Kafka come as kafka::Error.
kafka::Result<Result<void>> check_topic(const contract::BridgeConfig::Topic& declared,
                                        const kafka::Result<kafka::TopicDescription>& described);

/// The topics that a bridge reads and writes.
std::vector<const contract::BridgeConfig::Topic*> topics_of(const contract::BridgeConfig& config);

/// Asks whether a bridge's topics are still the declared ones. Kafka's clients go by names: a topic that
/// was deleted and created anew would be read on from the old offset, and written on.
///
/// A confirmation holds for everything that was read and written before its question. Not thread-safe.
class TopicGuard {
 public:
  TopicGuard(kafka::Admin& admin, const contract::BridgeConfig& config) : admin_(admin), config_(config) {}

  /// Returns at once; the answer to an earlier question is no longer of interest.
  void ask();
  bool is_waiting() const { return question_.has_value(); }

  /// The answer to the question, once; none while there is none.
  std::optional<kafka::Result<Result<void>>> answer();

  /// Waits for the answer to the question, which must have been asked: at most twice the Admin's request
  /// timeout. `waiting` is called every 100 ms.
  kafka::Result<Result<void>> wait(const std::function<void()>& waiting);

 private:
  using Topics = kafka::PerTopic<kafka::TopicDescription>;

  kafka::Result<Result<void>> check(const Topics& topics) const;

  kafka::Admin& admin_;
  const contract::BridgeConfig& config_;
  std::optional<Answer<Topics>> question_;
};

}  // namespace fusion::bridge
