#pragma once

#include <string>

namespace fusion::controllers {

/// Why something could not be done, in the words of a condition.
struct Failure {
  std::string reason;   ///< CamelCase; becomes the condition's reason
  std::string message;  ///< what, where, what to do
  bool permanent =
      false;  ///< waiting does not heal it: somebody has to change something (makes the pipeline Stalled)
  bool operator==(const Failure&) const = default;
};

}  // namespace fusion::controllers
