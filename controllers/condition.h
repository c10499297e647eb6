#pragma once

#include <string>
#include <vector>

#include "api/status.h"
#include "controllers/failure.h"

namespace fusion::controllers {

/// Reason of a condition that is true although a guarantee does not hold as declared.
inline constexpr char kGuaranteeWeaker[] = "GuaranteeWeaker";

/// Reason of a condition that is true although a part of the bridges is suspended.
inline constexpr char kPartlySuspended[] = "PartlySuspended";

/// The condition of one part of a pipeline, and whether waiting can heal it.
struct Verdict {
  api::Condition condition;
  bool stalled = false;  ///< not true for a reason that waiting does not heal
};

/// True with reason AsDeclared and `message` if there is no failure; otherwise False, after the first
/// permanent failure, else the first, with the messages of up to three failures, that one first.
Verdict verdict(const std::string& type, const std::vector<Failure>& failures, const std::string& message);

/// Unknown, because `failure` keeps us from seeing.
Verdict unknown(const std::string& type, const Failure& failure);

/// "1 bridge", "2 bridges".
std::string counted(std::size_t count, const std::string& noun);

}  // namespace fusion::controllers
