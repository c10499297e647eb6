#include "controllers/condition.h"

#include <algorithm>

namespace fusion::controllers {
namespace {

constexpr std::size_t kMaxMessages = 3;

std::string joined(const std::vector<Failure>& failures) {
  std::string text;
  for (std::size_t i = 0; i < failures.size() && i < kMaxMessages; ++i) {
    text += (text.empty() ? "" : "; ") + failures[i].message;
  }
  if (failures.size() > kMaxMessages)
    text += "; and " + std::to_string(failures.size() - kMaxMessages) + " more";
  return text;
}

}  // namespace

Verdict verdict(const std::string& type, const std::vector<Failure>& failures, const std::string& message) {
  Verdict result;
  result.condition.type = type;
  if (failures.empty()) {
    result.condition.status = api::ConditionStatus::kTrue;
    result.condition.reason = "AsDeclared";
    result.condition.message = message;
    return result;
  }
  auto sorted = failures;
  std::stable_partition(sorted.begin(), sorted.end(), [](const auto& failure) { return failure.permanent; });
  result.condition.status = api::ConditionStatus::kFalse;
  result.condition.reason = sorted.front().reason;
  result.condition.message = joined(sorted);
  result.stalled = sorted.front().permanent;
  return result;
}

Verdict unknown(const std::string& type, const Failure& failure) {
  Verdict result;
  result.condition.type = type;
  result.condition.status = api::ConditionStatus::kUnknown;
  result.condition.reason = failure.reason;
  result.condition.message = failure.message;
  result.stalled = failure.permanent;
  return result;
}

std::string counted(std::size_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace fusion::controllers
