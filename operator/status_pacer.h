#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

namespace fusion::op {

/// Lets through so many status writes a second in all, in bursts of as many. Thread-safe.
class StatusPacer {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit StatusPacer(int writes_a_second)
      : gap_(std::chrono::nanoseconds(std::chrono::seconds(1)) / writes_a_second) {}

  /// Zero: write now. Otherwise ask again after that long.
  std::chrono::milliseconds ask(Time now) {
    std::lock_guard lock(mutex_);
    const Time earliest = std::max(next_, now - std::chrono::seconds(1));
    if (earliest > now) return std::chrono::ceil<std::chrono::milliseconds>(earliest - now);
    next_ = earliest + gap_;
    return std::chrono::milliseconds::zero();
  }

  /// How seldom each of so many pipelines may write mere progress, so that half of all writes stay for what
  /// matters.
  std::chrono::milliseconds progress_interval(std::chrono::milliseconds least, std::size_t pipelines) const {
    const auto share = std::chrono::ceil<std::chrono::milliseconds>(gap_ * 2 * static_cast<long>(pipelines));
    return std::max(least, share);
  }

 private:
  const std::chrono::nanoseconds gap_;
  std::mutex mutex_;
  Time next_{};  // guarded by mutex_
};

}  // namespace fusion::op
