#pragma once

#include <string>

namespace fusion::faults {

/// What the program fusion-verify says of two topics, and its exit code.
struct Verdict {
  int exit_code = -1;
  std::string text;
};

enum class RepeatsAre { kCarried, kDropped };

/// Runs it. Its errors go to this process's own.
Verdict verify(const std::string& bootstrap, const std::string& source, const std::string& target,
               RepeatsAre repeats);

}  // namespace fusion::faults
