#pragma once

#include <atomic>
#include <chrono>

namespace fusion::bridge {

/// What the probes ask: written by the carrying thread, read by the HTTP endpoints' threads. Thread-safe.
class Health {
 public:
  using Clock = std::chrono::steady_clock;

  /// The carrying loop came round.
  void beat() { last_beat_.store(Clock::now(), std::memory_order_relaxed); }
  /// This replica is a member of its group and knows its partitions, even if it has none.
  void set_ready(bool ready) { ready_.store(ready, std::memory_order_relaxed); }

  bool is_alive() const { return Clock::now() - last_beat_.load(std::memory_order_relaxed) < kLimit; }
  bool is_ready() const { return ready_.load(std::memory_order_relaxed); }

 private:
  /// Above the longest wait for Kafka in one round, a transaction's timeout of 30 s and its abort.
  static constexpr std::chrono::seconds kLimit{60};

  std::atomic<Clock::time_point> last_beat_{Clock::now()};
  std::atomic<bool> ready_{false};
};

}  // namespace fusion::bridge
