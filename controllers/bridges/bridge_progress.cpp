#include <algorithm>

#include "controllers/bridges/bridge_decision.h"
#include "controllers/bridges/child_name.h"
#include "controllers/bridges/lag.h"

namespace fusion::bridges {
namespace {

using controllers::Failure;

constexpr std::size_t kMaxPodMessage = 300;

/// The end of what a pod said: its last lines tell why it stopped.
std::string last_words(const std::string& message) {
  std::string text =
      message.size() > kMaxPodMessage ? message.substr(message.size() - kMaxPodMessage) : message;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  std::replace(text.begin(), text.end(), '\n', ' ');
  // A cut inside a UTF-8 character leaves continuation bytes, which JSON refuses.
  while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80) text.erase(0, 1);
  return text;
}

const ObservedPod* troubled_pod(const ObservedBridges& observed, const std::string& child) {
  for (const auto& pod : observed.pods) {
    if (pod.child == child && !pod.terminating && !pod.ready && !pod.trouble.empty()) return &pod;
  }
  return nullptr;
}

std::string pods_ready(const ObservedStatefulSet& set, int wanted) {
  return std::to_string(set.ready_replicas) + " of " + std::to_string(wanted) + " pods are ready";
}

/// The state of a bridge that has a set, and why it does not run.
std::string state_of(const api::Bridge& bridge, const ObservedStatefulSet& set, const BridgeContext& context,
                     BridgeDecision& decision) {
  const auto say = [&](const std::string& reason, const std::string& what) {
    decision.failures.push_back({reason, "bridge " + bridge.name + ": " + what, false});
  };
  if (api::is_suspended(context.pipeline.spec, bridge)) {
    if (set.status_replicas > 0)
      say("Suspending", std::to_string(set.status_replicas) +
                            (set.status_replicas == 1 ? " pod is" : " pods are") + " still stopping");
    return kSuspended;
  }
  const bool all_ready = is_rolled(set) && set.ready_replicas >= bridge.replicas;
  if (all_ready) return kRunning;
  if (const auto* pod = troubled_pod(context.observed, set.name)) {
    say("BridgeFailed", "pod " + pod->name + " is in " + pod->trouble +
                            (pod->message.empty() ? "" : ": " + last_words(pod->message)));
    return kFailed;
  }
  decision.rolling = true;
  say("BridgesStarting",
      pods_ready(set, bridge.replicas) + (is_rolled(set) ? "" : ", and not all run what is declared now"));
  return kStarting;
}

void report_group(const api::Bridge& bridge, const BridgeContext& context, api::BridgeStatus& status) {
  const auto group = context.observed.groups.find(bridge.name);
  if (group == context.observed.groups.end()) return;
  if (const auto lag = lag_records(group->second, bridge.from.start_from))
    status.lag_records = bucketed(*lag);
  if (const auto records = carried_records(group->second)) status.records = bucketed(*records);
  if (const auto duplicates = dropped_duplicates(group->second)) status.duplicates = bucketed(*duplicates);
  status.watermark = watermark(group->second);
  if (const auto distance = skew(group->second, bridge.from.start_from))
    status.skew_seconds = bucketed(*distance).count();
  const auto pace = context.observed.paces.find(bridge.name);
  if (pace == context.observed.paces.end()) return;
  if (const auto lag = pace->second.lag) status.lag_seconds = bucketed(*lag).count();
  if (const auto rate = pace->second.records_per_second) {
    status.records_per_second = bucketed(static_cast<std::int64_t>(*rate));
  }
}

}  // namespace

void report_progress(const api::Bridge& bridge, const ObservedStatefulSet* set, const BridgeContext& context,
                     BridgeDecision& decision) {
  auto& status = decision.status;
  status.name = bridge.name;
  status.from_topic = bridge.from.topic;
  status.to_topic = bridge.to_topic;
  status.replicas = api::is_suspended(context.pipeline.spec, bridge) ? 0 : bridge.replicas;
  const auto* recorded = recorded_bridge(context.pipeline, bridge.name);
  if (set != nullptr) {
    status.ready_replicas = set->ready_replicas;
    status.state = state_of(bridge, *set, context, decision);
  } else {
    // A bridge that ran and lost its set still has its position: its topics stay fixed.
    status.state = recorded != nullptr && has_run(*recorded) ? kStarting : kPending;
  }
  report_group(bridge, context, status);
  report_guarantee(bridge, set, context, decision);
  if (!decision.failures.empty()) status.message = decision.failures.front().message;
}

}  // namespace fusion::bridges
