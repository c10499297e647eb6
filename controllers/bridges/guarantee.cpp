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

/// The weakest that a pod which may run has been told. While the set is being rolled some run with the
/// configuration before, whose ConfigMap is kept as long. Unset: one of their configurations cannot be read.
std::optional<api::Guarantee> weakest_told(const ObservedStatefulSet& set, const ObservedBridges& observed) {
  const auto current = running_config(observed, set);
  auto weakest = current ? api::from_string<api::Guarantee>(current->guarantee) : std::nullopt;
  if (is_rolled(set)) return weakest;
  for (const auto& map : observed.config_maps) {
    if (map.child != set.name || map.controller_uid != set.controller_uid) continue;
    const auto config = contract::parse_bridge_config(map.config);
    const auto told = config ? api::from_string<api::Guarantee>(config->guarantee) : std::nullopt;
    if (!told || !weakest) return std::nullopt;
    weakest = std::min(*weakest, *told);
  }
  return weakest;
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

std::string without_keys(const std::string& bridge, const std::string& topic) {
  return "bridge " + bridge + ": topic " + topic +
         " has records without a key, whose repeats may come in another partition and meet another replica "
         "than the one that holds their ids, so that they are carried: give the records keys, or set "
         "spec.bridges[" +
         bridge + "].replicas to 1";
}

std::string lost_ids(const std::string& bridge, const std::string& topic) {
  return "bridge " + bridge + ": Kafka had deleted records of topic " + topic +
         " before a replica that was started anew could read their ids again, so that repeats of them may be "
         "carried until the window has passed; give the topic a longer retention.ms, or make the window "
         "smaller";
}

std::string unreachable(const std::string& topic) {
  return "Kafka has deleted records of topic " + topic +
         " whose ids are still held: a replica that is started anew cannot read them again, and carries "
         "repeats of them; a longer retention.ms than deduplicate.window reaches back prevents it";
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

/// The stage that we see run and that may write its records again: Spark's Kafka sink does after a failure.
const api::Stage* repeating_writer(const api::Spec& spec, const std::string& topic) {
  const auto found = std::ranges::find_if(spec.stages, [&](const api::Stage& stage) {
    return stage.engine == api::Engine::kSpark && (stage.workload_template || stage.workload_ref) &&
           std::ranges::find(stage.outputs, topic, &api::StageOutput::topic) != stage.outputs.end();
  });
  return found == spec.stages.end() ? nullptr : &*found;
}

std::string repeats(const std::string& bridge, const std::string& stage, const std::string& topic) {
  return "bridge " + bridge + ": stage " + stage + " may write records of topic " + topic +
         " again after a failure, as Spark does, and each of them is carried: have the stage write ids, and "
         "set "
         "spec.bridges[" +
         bridge + "].guarantee to EffectivelyOnce with deduplicate";
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
  const auto say_unknown = [&](const std::string& reason) {
    status.guarantee = "Unknown";
    status.guarantee_reason = reason;
  };
  if (const auto reason = doubt(context, status); !reason.empty()) return say_unknown(reason);
  const auto told = set == nullptr ? std::nullopt : weakest_told(*set, context.observed);
  if (!told) return say_unknown("ConfigurationNotRead");
  if (*told < bridge.guarantee) return say(*told, "NotRolledOut");
  const auto gap = gap_of(status.to_topic, context.inputs.observed_topics);
  if (bridge.guarantee == api::Guarantee::kAtLeastOnce) {
    return report_as_declared(bridge.guarantee, "NotTransactional", "", gap, bridge.name, decision);
  }
  const auto* writer = repeating_writer(context.pipeline.spec, status.from_topic);
  if (!bridge.deduplicate && writer != nullptr) {
    decision.guarantee_is_weaker = true;
    status.message = repeats(bridge.name, writer->name, status.from_topic);
    return say(api::Guarantee::kAtLeastOnce, "SourceRepeats");
  }
  if (!bridge.deduplicate) {
    return report_as_declared(bridge.guarantee, "Transactional", "", gap, bridge.name, decision);
  }
  const auto group = context.observed.groups.find(bridge.name);
  if (group == context.observed.groups.end()) return say(api::Guarantee::kExactlyOnce, "WindowNotKnown");
  const auto say_weaker = [&](const std::string& reason, const std::string& sentence) {
    decision.guarantee_is_weaker = true;
    status.message = sentence;
    say(api::Guarantee::kExactlyOnce, reason);
  };
  const bool has_several_replicas = std::max(bridge.replicas, set->status_replicas) > 1;
  if (window_is_short(group->second))
    return say_weaker("WindowShort", short_window(bridge.name, bridge.deduplicate->max_ids));
  if (ids_are_lost(group->second)) return say_weaker("IdsLost", lost_ids(bridge.name, status.from_topic));
  if (has_several_replicas && status.partitions_grown)
    return say_weaker("PartitionsGrown", grown(bridge.name, status.from_topic));
  if (has_several_replicas && group->second.partitions.size() > 1 && holds_ids_without_key(group->second))
    return say_weaker("RecordsWithoutKey", without_keys(bridge.name, status.from_topic));
  const bool by_record = bridge.deduplicate->id_from == api::IdFrom::kRecord;
  const bool is_reachable = holds_reachable_ids(group->second);
  report_as_declared(
      api::Guarantee::kEffectivelyOnce,
      !is_reachable ? "IdsNotReachable"
      : by_record   ? "EqualRecordsDropped"
                    : "RepeatedIdsDropped",
      joined(is_reachable ? "" : unreachable(status.from_topic),
             by_record ? "records with equal key and value count as one, because deduplicate.id is the record"
                       : ""),
      gap, bridge.name, decision);
}

}  // namespace fusion::bridges
