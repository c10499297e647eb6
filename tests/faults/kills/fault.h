#pragma once

#include <chrono>
#include <ostream>
#include <random>
#include <string>
#include <vector>

namespace fusion::faults {

/// What is done to a bridge, or to its broker, at a moment of its commit.
struct Fault {
  enum class What {
    kKill,         ///< SIGKILL
    kOutlive,      ///< SIGSTOP, until the group has gone on without the replica, then SIGCONT
    kPause,        ///< SIGSTOP for `pause`, then SIGCONT
    kKillBroker,   ///< SIGKILL, then started again
    kPauseBroker,  ///< SIGSTOP for `pause`, then SIGCONT
    kAbort,        ///< nobody dies: the broker refuses a commit
  };
  What what = What::kKill;
  std::string call = {};               ///< begin, send_offsets, commit or abort; empty: at any moment
  std::string moment = {};             ///< before, during or after the call
  std::chrono::microseconds delay{0};  ///< into the call (during), or until the broker is harmed
  std::chrono::milliseconds pause{0};

  bool is_at_step() const { return !call.empty(); }
  bool is_the_brokers() const { return what == What::kKillBroker || what == What::kPauseBroker; }

  /// For FUSION_FAULT_FILE, which the library of preload.cpp reads inside fusion-bridge: one line for each
  /// step, `CALL MOMENT ACTION [MICROSECONDS]`, taken away from the file right before it is done. A step of
  /// an abort has a line before it that makes the broker refuse a commit (`send_offsets refused`). The
  /// process kills itself; before everything else it stops, and the test goes on. `send_offsets forgotten`
  /// commits without offsets, as a bridge with a fault would.
  std::string script() const;
};

std::ostream& operator<<(std::ostream& out, const Fault& fault);

/// `count` faults in a random order. Every 17 in a row, counted from the first, hold a kill at each step of
/// the commit and one of each other fault.
std::vector<Fault> faults(int count, std::mt19937& random);

}  // namespace fusion::faults
