#pragma once

#include <chrono>
#include <mutex>

namespace fusion::op {

/// Lets one renewal of positions begin every so often, over all pipelines: a connection renews one group
/// after another, and many suspended pipelines must not stand in line for it. Thread-safe.
class RenewalPacer {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit RenewalPacer(std::chrono::milliseconds gap) : gap_(gap) {}

  /// False: not now; ask again at the next look at the pipeline.
  bool may_begin(Time now) {
    std::lock_guard lock(mutex_);
    if (now < next_) return false;
    next_ = now + gap_;
    return true;
  }

 private:
  const std::chrono::milliseconds gap_;
  std::mutex mutex_;
  Time next_{};  // guarded by mutex_
};

}  // namespace fusion::op
