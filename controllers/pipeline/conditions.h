#pragma once

#include <string>
#include <vector>

#include "api/status.h"

namespace fusion::pipeline {

inline constexpr char kReady[] = "Ready";
inline constexpr char kReconciling[] = "Reconciling";
inline constexpr char kStalled[] = "Stalled";
inline constexpr char kTopicsReady[] = "TopicsReady";
inline constexpr char kCheckpointsReady[] = "CheckpointsReady";
inline constexpr char kBridgesReady[] = "BridgesReady";
inline constexpr char kStagesReady[] = "StagesReady";

/// One part's condition, and whether waiting can heal it.
struct Part {
  api::Condition condition;
  bool stalled = false;
};

/// Ready, Reconciling and Stalled after kstatus' rules
/// (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md), from the conditions of
/// the parts: Ready is true when all parts are; otherwise it takes its reason and message from the first part
/// that is stalled, else from the first that is not true. Stalled: only for what does not heal by waiting.
/// Reconciling: not ready and not stalled. A part that is true for the reason kGuaranteeWeaker or
/// kPartlySuspended gives a Ready that is true both its reason and its message.
std::vector<api::Condition> summarize(const std::vector<Part>& parts, bool suspended);

/// Something worth an event: a condition's reason changed.
struct Event {
  bool warning = false;
  std::string reason;
  std::string message;
  bool operator==(const Event&) const = default;
};

/// One event for each of the parts' conditions and Ready whose reason or status changed from `before` to
/// `after`, equal ones once.
std::vector<Event> events(const std::vector<api::Condition>& before,
                          const std::vector<api::Condition>& after);

}  // namespace fusion::pipeline
