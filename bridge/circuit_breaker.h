#pragma once

#include <cstdint>

namespace fusion::bridge {

/// Opens when most records become dead letters: then a setting is wrong rather than the records, and the
/// target would stand still without anybody noticing.
///
/// It looks at kRecords records at a time, and opens as soon as more than half of kRecords are letters among
/// them; so fewer letters than that never open it. Not thread-safe.
class CircuitBreaker {
 public:
  static constexpr std::int64_t kRecords = 1'000;

  void carried() { count(false); }
  void dead_letter() { count(true); }
  bool is_open() const { return dead_letters_ > kRecords / 2; }
  /// From the next record on.
  void reset() { records_ = dead_letters_ = 0; }

 private:
  void count(bool is_dead_letter) {
    if (records_ == kRecords) reset();
    ++records_;
    if (is_dead_letter) ++dead_letters_;
  }

  std::int64_t records_ = 0;
  std::int64_t dead_letters_ = 0;
};

}  // namespace fusion::bridge
