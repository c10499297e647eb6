#pragma once

#include <string>

namespace fusion::controllers {

/// The server's answer to our latest apply of a rendering. If it still differs from what we asked for (an
/// admission webhook, a default that we did not foresee), it is accepted until the object or the rendering
/// changes.
struct Answer {
  std::string hash;    ///< of the rendering that was applied
  std::string fields;  ///< what the observed object says, as it is compared
  bool operator==(const Answer&) const = default;
};

}  // namespace fusion::controllers
