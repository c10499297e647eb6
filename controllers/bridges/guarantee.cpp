#include <algorithm>

#include "api/enums.h"
#include "controllers/bridges/bridge_decision.h"
#include "controllers/bridges/durability.h"
#include "controllers/bridges/lag.h"

namespace fusion::bridges {
namespace {

/// Empty if records are carried exactly once, else why nothing is known of it.
std::string doubt(const BridgeContext& context, const api::BridgeStatus& status) {
  if (status.state == kSuspended || status.state == kPending) return status.state;
  if (status.ready_replicas == 0) return "NotRunning";
  const auto& usable = context.inputs.topics.usable;
  if (!usable.contains(status.from_topic) || !usable.contains(status.to_topic)) return "TopicsNotConfirmed";
  return {};
}

/// Whether each pod that may run has been told to drop repeats. While the set is being rolled some run with
/// the configuration before, whose ConfigMap is kept as long.
bool all_drop_repeats(const ObservedStatefulSet& set, const ObservedBridges& observed) {
  const auto current = running_config(observed, set);
  if (!current || !current->deduplicate) return false;
  if (is_rolled(set)) return true;
  return std::ranges::all_of(observed.config_maps, [&](const ObservedConfigMap& map) {
    if (map.child != set.name || map.controller_uid != set.controller_uid) return true;
    const auto config = contract::parse_bridge_config(map.config);
    return config && config->deduplicate;
  });
}

/// Whether the input has more partitions than when the status was written in which its ids were held.
bool grew(const BridgeContext& context, const api::BridgeStatus& status) {
  const auto is_input = [&](const api::TopicStatus& topic) { return topic.name == status.from_topic; };
  const auto& recorded = context.pipeline.status.topics;
  const auto& seen = context.inputs.topics.status;
  const auto before = std::ranges::find_if(recorded, is_input);
  const auto now = std::ranges::find_if(seen, is_input);
  return before != recorded.end() && now != seen.end() && before->topic_id == now->topic_id &&
         before->partitions > 0 && now->partitions > before->partitions;
}

/// What status remembers, because the operator may not live as long as ids are held.
bool holds_ids_from_before_growth(const api::Bridge& bridge, const BridgeContext& context,
                                  const api::BridgeStatus& status) {
  const auto* recorded = recorded_bridge(context.pipeline, bridge.name);
  if (!bridge.deduplicate || recorded == nullptr || !has_run(*recorded)) return false;
  if (grew(context, status)) return true;
  return recorded->partitions_grown && !context.observed.grown_over.contains(bridge.name);
}

std::string grown(const std::string& bridge, const std::string& topic) {
  return "bridge " + bridge + ": topic " + topic +
         " has more partitions than before, so that keys have moved and repeats of records from before may "
         "be carried: until its window of ids has passed that point, or with replicas: 1";
}

std::string short_window(const std::string& bridge, std::int64_t max_ids) {
  return "bridge " + bridge + ": " + std::to_string(max_ids) +
         " ids do not hold its window, so that repeats may be carried: raise spec.bridges[" + bridge +
         "].deduplicate.maxIds, at " + std::to_string(api::kBytesPerId) +
         " bytes an id, or make the window smaller";
}

std::optional<DurabilityGap> gap_of(const std::string& topic, const topics::ObservedTopics& observed) {
  const auto found = observed.topics.find(topic);
  return found == observed.topics.end() ? std::nullopt : durability_gap(topic, found->second);
}

/// Joins sentences, of which any may be empty.
std::string joined(const std::string& first, const std::string& second) {
  return first.empty() || second.empty() ? first + second : first + "; " + second;
}

/// A guarantee that holds as declared, with what takes records away from under it as the first of its
/// reasons.
void report_as_declared(api::Guarantee guarantee, const std::string& reason, const std::string& sentence,
                        const std::optional<DurabilityGap>& gap, const std::string& bridge,
                        BridgeDecision& decision) {
  auto& status = decision.status;
  status.guarantee = api::to_string(guarantee);
  status.guarantee_reason = gap ? gap->reason : reason;
  const auto told = joined(gap ? gap->sentence : "", sentence);
  if (!told.empty()) status.message = "bridge " + bridge + ": " + told;
  decision.guarantee_is_weaker = gap && gap->gives_records_up;
}

}  // namespace

void report_guarantee(const api::Bridge& bridge, const ObservedStatefulSet* set, const BridgeContext& context,
                      BridgeDecision& decision) {
  auto& status = decision.status;
  status.partitions_grown = holds_ids_from_before_growth(bridge, context, status);
  const auto say = [&](api::Guarantee guarantee, const std::string& reason) {
    status.guarantee = api::to_string(guarantee);
    status.guarantee_reason = reason;
  };
  if (const auto reason = doubt(context, status); !reason.empty()) {
    status.guarantee = "Unknown";
    status.guarantee_reason = reason;
    return;
  }
  const auto gap = gap_of(status.to_topic, context.inputs.observed_topics);
  if (!bridge.deduplicate) {
    return report_as_declared(api::Guarantee::kExactlyOnce, "Transactional", "", gap, bridge.name, decision);
  }
  if (set == nullptr || !all_drop_repeats(*set, context.observed)) {
    return say(api::Guarantee::kExactlyOnce, "NotRolledOut");
  }
  const auto group = context.observed.groups.find(bridge.name);
  if (group == context.observed.groups.end()) return say(api::Guarantee::kExactlyOnce, "WindowNotKnown");
  if (window_is_short(group->second)) {
    decision.guarantee_is_weaker = true;
    status.message = short_window(bridge.name, bridge.deduplicate->max_ids);
    return say(api::Guarantee::kExactlyOnce, "WindowShort");
  }
  if (status.partitions_grown && std::max(bridge.replicas, set->status_replicas) > 1) {
    decision.guarantee_is_weaker = true;
    status.message = grown(bridge.name, status.from_topic);
    return say(api::Guarantee::kExactlyOnce, "PartitionsGrown");
  }
  const bool by_record = bridge.deduplicate->id_from == api::IdFrom::kRecord;
  report_as_declared(
      api::Guarantee::kEffectivelyOnce, by_record ? "EqualRecordsDropped" : "RepeatedIdsDropped",
      by_record ? "records with equal key and value count as one, because deduplicate.id is the record" : "",
      gap, bridge.name, decision);
}

}  // namespace fusion::bridges
