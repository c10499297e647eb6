#include "controllers/pipeline/conditions.h"

#include <algorithm>
#include <set>

#include "controllers/condition.h"

namespace fusion::pipeline {
namespace {

using api::Condition;
using api::ConditionStatus;

Condition condition(const char* type, bool is_true, const std::string& reason, const std::string& message) {
  Condition result;
  result.type = type;
  result.status = is_true ? ConditionStatus::kTrue : ConditionStatus::kFalse;
  result.reason = reason;
  result.message = message;
  return result;
}

bool is_true(const Part& part) { return part.condition.status == ConditionStatus::kTrue; }

/// What a user should look at first: what will not heal, else what comes first in the order of work.
const Part* culprit(const std::vector<Part>& parts) {
  const Part* first = nullptr;
  for (const auto& part : parts) {
    if (is_true(part)) continue;
    if (part.stalled) return &part;
    if (first == nullptr) first = &part;
  }
  return first;
}

const Part* part_with_a_remark(const std::vector<Part>& parts) {
  const auto found = std::ranges::find_if(parts, [](const Part& part) {
    const auto& reason = part.condition.reason;
    return reason == controllers::kGuaranteeWeaker || reason == controllers::kPartlySuspended;
  });
  return found == parts.end() ? nullptr : &*found;
}

/// Whether the reason tells of a way that ends by itself.
bool is_progress(const std::string& reason) {
  static const std::set<std::string> kReasons{"Applying",        "BridgesStarting", "ChildTerminating",
                                              "ClaimsPending",   "Deleting",        "KafkaNotObserved",
                                              "Removing",        "StageStarting",   "Suspending",
                                              "WaitingForStage", "WaitingForTopics"};
  return kReasons.contains(reason);
}

const Condition* find(const std::vector<Condition>& conditions, const std::string& type) {
  const auto found = std::find_if(conditions.begin(), conditions.end(),
                                  [&](const auto& condition) { return condition.type == type; });
  return found == conditions.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Condition> summarize(const std::vector<Part>& parts, bool suspended) {
  std::vector<Condition> conditions;
  if (const auto* part = culprit(parts)) {
    const auto& why = part->condition;
    auto ready = condition(kReady, false, why.reason, why.message);
    if (why.status == ConditionStatus::kUnknown) ready.status = ConditionStatus::kUnknown;
    conditions = {std::move(ready),
                  condition(kReconciling, !part->stalled, part->stalled ? "Stalled" : why.reason,
                            part->stalled ? "" : why.message),
                  condition(kStalled, part->stalled, part->stalled ? why.reason : "Progressing",
                            part->stalled ? why.message : "")};
  } else if (const auto* remark = part_with_a_remark(parts)) {
    conditions = {condition(kReady, true, remark->condition.reason, remark->condition.message),
                  condition(kReconciling, false, "AsDeclared", ""),
                  condition(kStalled, false, "AsDeclared", "")};
  } else {
    conditions = {condition(kReady, true, suspended ? "Suspended" : "AsDeclared",
                            suspended ? "suspended: no records are carried" : "running as declared"),
                  condition(kReconciling, false, "AsDeclared", ""),
                  condition(kStalled, false, "AsDeclared", "")};
  }
  for (const auto& part : parts) conditions.push_back(part.condition);
  return conditions;
}

std::vector<Event> events(const std::vector<Condition>& before, const std::vector<Condition>& after) {
  std::vector<Event> events;
  for (const auto& now : after) {
    // These two repeat Ready.
    if (now.type == kReconciling || now.type == kStalled) continue;
    const auto* then = find(before, now.type);
    const bool same = then != nullptr && then->status == now.status && then->reason == now.reason;
    // A new pipeline's parts that are in order from the start are no news.
    const bool no_news = then == nullptr && now.type != kReady && now.status == ConditionStatus::kTrue;
    if (same || no_news) continue;
    const Event event{now.status != ConditionStatus::kTrue && !is_progress(now.reason), now.reason,
                      now.status == ConditionStatus::kTrue ? now.type + ": " + now.message : now.message};
    if (std::find(events.begin(), events.end(), event) == events.end()) events.push_back(event);
  }
  return events;
}

}  // namespace fusion::pipeline
