#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>

#include "controllers/bridges/observed_bridge.h"

namespace fusion::bridges {

/// Follows a bridge that drops repeats from when its input was found with more partitions until no id is held
/// from before: keys move to other partitions then, and with several replicas a repeat may meet another
/// replica than the one that holds its id.
///
/// A value. Begun later than the partitions grew, it only ends later: so it may be lost with the process, if
/// that there was growth is not.
class PartitionGrowth {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// By then producers write to the new partitions: twice metadata.max.age.ms, whose default is 5 minutes in
  /// Java's client and in librdkafka.
  static constexpr std::chrono::minutes kProducersFollowIn{10};

  /// Takes what Kafka said at `at`, in the order of time.
  void observe(Instant at, const ObservedGroup& group);

  /// Whether all ids that are held are of records that were written after producers had followed.
  bool is_over() const { return over_; }

 private:
  std::optional<Instant> began_;
  std::optional<std::map<int, std::int64_t>> ends_;  ///< by partition, when producers had followed
  bool over_ = false;
};

}  // namespace fusion::bridges
