#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace fusion::kube {

/// Exponential backoff with jitter: the n-th failure in a row waits between half and all of
/// `initial * 2^n`, at most `limit`. Not thread-safe.
class Backoff {
 public:
  struct Limits {
    std::chrono::milliseconds initial{500};
    std::chrono::milliseconds limit{30'000};
  };

  Backoff(Limits limits, unsigned seed) : limits_(limits), next_(limits.initial), random_(seed) {}

  /// How long to wait before the next attempt.
  std::chrono::milliseconds next() {
    const auto whole = next_;
    next_ = std::min(next_ * 2, limits_.limit);
    std::uniform_int_distribution<std::chrono::milliseconds::rep> jitter(whole.count() / 2, whole.count());
    return std::chrono::milliseconds(jitter(random_));
  }

  /// After a success.
  void reset() { next_ = limits_.initial; }

 private:
  Limits limits_;
  std::chrono::milliseconds next_;
  std::mt19937 random_;
};

}  // namespace fusion::kube
