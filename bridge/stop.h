#pragma once

#include <string>
#include <tl/expected.hpp>

namespace fusion::bridge {

/// Exit codes of fusion-bridge; docs/bridge.md says what to do about each.
enum class ExitCode {
  kOk = 0,
  kFailed = 1,    ///< Kafka or this process failed; a restart goes on where the last commit stands
  kConfig = 2,    ///< the options or the configuration file cannot be used
  kPosition = 3,  ///< the next record to carry is no longer in the topic, or the position is not ours
  kTopic = 4,     ///< a topic is missing, or is another one than was declared
  kRefused = 5,   ///< the target refuses a record
};

/// Why the process ends, in a sentence for the user: what, where, what to do.
struct Stop {
  ExitCode code = ExitCode::kFailed;
  std::string message;
  bool operator==(const Stop&) const = default;
};

template <class T>
using Result = tl::expected<T, Stop>;

/// Leaves the sentence where Kubernetes shows it as the container's last state (terminationMessagePath), if
/// that file is there.
void write_termination_message(const Stop& stop);

}  // namespace fusion::bridge
