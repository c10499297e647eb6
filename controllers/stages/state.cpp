#include "controllers/stages/state.h"

namespace fusion::stages {

std::string to_string(State state) {
  switch (state) {
    case State::kPending:
      return "Pending";
    case State::kStarting:
      return "Starting";
    case State::kRunning:
      return "Running";
    case State::kCompleted:
      return "Completed";
    case State::kSuspended:
      return "Suspended";
    case State::kFailed:
      return "Failed";
    case State::kUnknown:
      return "Unknown";
  }
  return "Unknown";
}

}  // namespace fusion::stages
