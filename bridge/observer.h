#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "bridge/positions.h"
#include "bridge/target_limits.h"
#include "contract/bridge_config.h"
#include "kafka/admin.h"

namespace fusion::bridge {

/// Asks Kafka what the bridge must know before it carries.
///
/// Blocks the caller until Kafka answers, at most twice the Admin's request timeout; less when `give_up`
/// becomes true, which is asked every 100 ms. What fails comes as kafka::Error: a retriable one may succeed
/// later.
class Observer {
 public:
  Observer(kafka::Admin& admin, const contract::BridgeConfig& config, std::function<bool()> give_up);

  struct Target {
    /// Of a record batch as the broker stores it; of the dead-letter topic, if that takes less.
    std::int64_t max_message_bytes = 0;
    TargetLimits limits;
    bool operator==(const Target&) const = default;
  };
  /// The limits of the topics that are written. Stops with kTopic if one of the topics is missing or is
  /// another one than was declared (its id differs).
  kafka::Result<Result<Target>> topics();

  /// The input's log and the group's stable positions. Stops with kTopic as `topics` does.
  kafka::Result<Result<ObservedPositions>> positions();

 private:
  kafka::Result<kafka::Config> config_of(const std::string& topic);
  kafka::Result<Result<kafka::TopicDescription>> describe(const contract::BridgeConfig::Topic& topic);

  kafka::Admin& admin_;
  const contract::BridgeConfig& config_;
  const std::function<bool()> give_up_;
};

}  // namespace fusion::bridge
