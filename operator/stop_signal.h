#pragma once

#include <string>

namespace fusion::op {

/// Why a process ends: SIGTERM or SIGINT, or something in it that cannot go on.
///
/// Make it in `main` before any thread: the signals are blocked there, and so in all threads, and are read
/// from a descriptor.
class StopSignal {
 public:
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  /// Ends the process from within. Any thread.
  void raise();

  /// Waits; true if it was a signal, false if it was `raise`.
  bool wait();
  /// The same, at most so long; false also when nothing happened: see `is_raised`.
  bool wait_for(int milliseconds);
  /// Whether wait or wait_for has seen any of them.
  bool is_raised() const { return seen_; }

 private:
  int signals_;
  int raised_;
  bool seen_ = false;
};

}  // namespace fusion::op
