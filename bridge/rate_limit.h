#pragma once

#include <chrono>
#include <cstdint>

#include "contract/bridge_config.h"

namespace fusion::bridge {

/// A token bucket for records and one for bytes (RFC 2697's committed burst), each holding what may pass in
/// one second. A record passes while both hold something, and may leave a debt: so one that is larger than
/// the bucket passes too, and the next ones wait for it, but for no longer than 30 s, since a member of a
/// group must not be silent for too long.
///
/// Pure: time is passed in. Not thread-safe.
class RateLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  RateLimit(const contract::BridgeConfig::RateLimit& limit, Time now);

  /// This replica's part of the limit from now on: its partitions of all of the topic's. From 0 to 1.
  void set_share(double share) { share_ = share; }

  bool may_pass(Time now);
  void passed(std::int64_t bytes);

 private:
  struct Bucket {
    double per_second = 0;  ///< 0: no limit
    double tokens = 0;
    void fill(double seconds, double share);
    bool is_empty() const { return per_second > 0 && tokens <= 0; }
  };

  Bucket records_;
  Bucket bytes_;
  double share_ = 1;
  Time filled_at_;
};

}  // namespace fusion::bridge
