#pragma once

#include <string>

namespace fusion::stages {

/// How a stage is doing, whatever its engine calls it.
enum class State {
  kPending,   ///< not started: it waits for something
  kStarting,  ///< started, restarted or changed, not at work
  kRunning,
  kCompleted,
  kSuspended,
  kFailed,
  kUnknown  ///< a state that we do not know, or none can be seen
};

/// As the status has it, such as "Running".
std::string to_string(State state);

/// Beside the states: of a stage that somebody else runs unseen, and of one that is no longer declared.
inline constexpr char kExternal[] = "External";
inline constexpr char kRemoving[] = "Removing";

}  // namespace fusion::stages
