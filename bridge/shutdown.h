#pragma once

#include <atomic>
#include <chrono>
#include <thread>

namespace fusion::bridge {

/// Hears SIGTERM and SIGINT. Make it first in main: the signals are blocked in the thread that makes it and
/// in all threads that are started afterwards.
///
/// Calls into librdkafka may wait for a broker longer than a pod has time to end. So the process ends itself
/// with exit code 0 when this object still lives `grace` after the signal: the open transaction was not
/// committed, the broker aborts it, and nothing is lost or repeated.
///
/// Owns the thread "signals", joined by the destructor. `requested()` is thread-safe.
class Shutdown {
 public:
  explicit Shutdown(std::chrono::milliseconds grace);
  ~Shutdown();

  Shutdown(const Shutdown&) = delete;
  Shutdown& operator=(const Shutdown&) = delete;

  bool requested() const { return requested_.load(std::memory_order_relaxed); }

 private:
  void listen();

  const std::chrono::milliseconds grace_;
  int signals_ = -1;  ///< a signalfd
  int ended_ = -1;    ///< an eventfd: the destructor has begun
  std::atomic<bool> requested_{false};
  std::thread thread_;
};

}  // namespace fusion::bridge
