#include "controllers/stages/preflight.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "api/duration.h"
#include "api/enums.h"
#include "controllers/stages/render.h"

namespace fusion::stages {
namespace {

using controllers::Failure;
using std::chrono::milliseconds;

/// Checks one stage, one question a function.
class Preflight {
 public:
  Preflight(const api::FusionPipeline& pipeline, const api::Stage& stage, const WorkloadKind& kind,
            const nlohmann::json& spec, const PreflightFacts& facts)
      : pipeline_(pipeline), stage_(stage), kind_(kind), spec_(spec), facts_(facts) {}

  std::vector<Failure> check() && {
    check_transaction_timeout();
    check_message_bytes();
    check_parallelism();
    check_inputs();
    check_outputs();
    check_ids();
    check_claim();
    return std::move(failures_);
  }

 private:
  void refuse(const std::string& reason, const std::string& sentence) {
    failures_.push_back({reason, "stage " + stage_.name + " is not started: " + sentence, true});
  }

  std::string field(const std::string& name) const { return "spec.stages[" + stage_.name + "]." + name; }
  static std::string config_field(const std::string& topic, const std::string& key) {
    return "spec.topics[" + topic + "].config[" + key + "]";
  }

  const topics::ObservedTopic* topic(const std::string& name) const {
    const auto found = facts_.topics.topics.find(name);
    return found == facts_.topics.topics.end() ? nullptr : &found->second;
  }

  std::optional<std::string> setting(const std::string& topic_name, const char* key) const {
    const auto* seen = topic(topic_name);
    if (seen == nullptr) return std::nullopt;
    const auto value = seen->effective.find(key);
    return value == seen->effective.end() ? std::nullopt : std::optional(value->second);
  }

  std::optional<std::int64_t> number(const std::string& topic_name, const char* key) const {
    const auto text = setting(topic_name, key);
    std::int64_t value = 0;
    if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc())
      return std::nullopt;
    return value;
  }

  void check_transaction_timeout() {
    const auto most = facts_.topics.transaction_max_timeout_ms;
    if (stage_.outputs.empty() || !most || !stage_.transaction_timeout) return;
    if (stage_.transaction_timeout->count() <= *most) return;
    refuse("TransactionTimeoutTooLong",
           "its transactions may last " + std::to_string(stage_.transaction_timeout->count()) +
               " ms and the brokers allow " + std::to_string(*most) + " ms: lower " +
               field("transactionTimeout") + ", or raise transaction.max.timeout.ms");
  }

  /// A record that is legal in a bridge's source must be so in its target.
  void check_message_bytes() {
    for (const auto& bridge : pipeline_.spec.bridges) {
      const bool concerned = writes(bridge.from.topic) || reads(bridge.to_topic);
      const auto from = number(bridge.from.topic, "max.message.bytes");
      const auto to = number(bridge.to_topic, "max.message.bytes");
      if (!concerned || !from || !to || *to >= *from) continue;
      refuse("MaxMessageBytesShrinks", "bridge " + bridge.name + " carries records of up to " +
                                           std::to_string(*from) + " bytes from topic " + bridge.from.topic +
                                           " and topic " + bridge.to_topic + " takes " + std::to_string(*to) +
                                           ": raise " + config_field(bridge.to_topic, "max.message.bytes") +
                                           ", or lower that of " + bridge.from.topic);
    }
  }

  void check_parallelism() {
    const int tasks = kind_.parallelism(spec_);
    int most = 0;
    for (const auto& input : stage_.inputs) {
      const auto* seen = topic(input.topic);
      if (seen == nullptr || seen->partitions == 0) return;
      most = std::max(most, seen->partitions);
    }
    if (stage_.inputs.empty() || tasks <= most) return;
    refuse("MoreTasksThanPartitions",
           std::to_string(tasks) + " tasks would read its inputs, and none of them has more than " +
               std::to_string(most) + " partitions, so that some never read anything: lower " +
               field("workload.template.spec.job.parallelism") + ", or raise the topic's partitions");
  }

  void check_inputs() {
    for (const auto& input : stage_.inputs) {
      const auto policy = setting(input.topic, "cleanup.policy");
      if (policy && !input.compacted && policy->find("compact") != std::string::npos) {
        refuse("InputIsCompacted",
               "topic " + input.topic + " has cleanup.policy " + *policy +
                   ", so that Kafka removes records that the stage may not have read: set " +
                   config_field(input.topic, "cleanup.policy") + " to delete, or " +
                   field("inputs[" + input.topic + "].compacted") +
                   " to true if only the newest record of a key counts");
      }
      if (is_under_way()) continue;
      const auto retention = number(input.topic, "retention.ms");
      const auto age = age_of(input.topic);
      if (policy && policy->find("delete") == std::string::npos) continue;
      if (!retention || *retention < 0 || !age || age->count() <= *retention) continue;
      refuse("InputExpires", "the newest record of topic " + input.topic + " is " +
                                 std::to_string(age->count()) + " ms old and the topic keeps records for " +
                                 std::to_string(*retention) +
                                 " ms, so that Kafka deletes them while they are read: raise " +
                                 config_field(input.topic, "retention.ms") + " (-1 keeps them)");
    }
  }

  /// Where event time is the record's time, old data meets retention and the limit on times on arrival.
  void check_outputs() {
    const auto age = age_of_inputs();
    if (!age || is_under_way()) return;
    std::set<std::string> stamped;
    // Flink's sink writes the event time; Spark's leaves the time of writing.
    for (const auto& output : stage_.outputs) {
      if (stage_.engine == api::Engine::kFlink) stamped.insert(output.topic);
      for (const auto& bridge : pipeline_.spec.bridges) {
        if (bridge.from.topic == output.topic && bridge.event_time) stamped.insert(bridge.to_topic);
      }
    }
    for (const auto& name : stamped) check_age(name, *age);
  }

  void check_age(const std::string& name, milliseconds age) {
    const auto type = setting(name, "message.timestamp.type");
    if (type && *type == "LogAppendTime") return;
    const auto policy = setting(name, "cleanup.policy");
    const auto retention = number(name, "retention.ms");
    const bool deletes = !policy || policy->find("delete") != std::string::npos;
    if (deletes && retention && *retention >= 0 && age.count() > *retention) {
      refuse("RetentionTooShort", "its data is " + std::to_string(age.count()) +
                                      " ms old by event time and topic " + name + " keeps records for " +
                                      std::to_string(*retention) +
                                      " ms, so that Kafka would delete them on arrival: raise " +
                                      config_field(name, "retention.ms") + " (-1 keeps them)");
    }
    const auto limit = number(name, "message.timestamp.before.max.ms");
    if (limit && age.count() > *limit) {
      refuse("TimestampsTooOld", "its data is " + std::to_string(age.count()) +
                                     " ms old by event time and topic " + name + " takes times up to " +
                                     std::to_string(*limit) +
                                     " ms back, so that Kafka would refuse it: raise " +
                                     config_field(name, "message.timestamp.before.max.ms"));
    }
  }

  /// A repeat of Spark's is known by an id that does not depend on the batch.
  void check_ids() {
    if (stage_.engine != api::Engine::kSpark) return;
    for (const auto& output : stage_.outputs) {
      for (const auto& bridge : pipeline_.spec.bridges) {
        const auto& deduplicate = bridge.deduplicate;
        if (bridge.from.topic != output.topic || !deduplicate) continue;
        if (deduplicate->id_from != api::IdFrom::kHeader || deduplicate->id_name == output.id_header)
          continue;
        const auto item = field("outputs[" + output.topic + "].id.header");
        refuse("OutputWithoutIds",
               "bridge " + bridge.name + " knows repeats by the header " + deduplicate->id_name + " and " +
                   item + (output.id_header.empty() ? " is not set" : " is " + output.id_header) +
                   ": have the stage write that header, and set the field to " + deduplicate->id_name);
      }
    }
  }

  void check_claim() {
    if (!needs_claim(pipeline_.spec, stage_)) return;
    const auto& volume = *checkpoints_of(pipeline_.spec, stage_).volume;
    const auto& modes = volume.access_modes;
    const auto has = [&](const char* mode) { return std::ranges::find(modes, mode) != modes.end(); };
    if (has("ReadWriteMany")) return;
    const int pods = kind_.pods(spec_);
    const bool one_pod = has("ReadWriteOncePod");
    if (pods <= 1 || (!one_pod && facts_.nodes.value_or(1) <= 1)) return;
    const auto at = [&](const char* name) {
      return stage_.checkpoints ? field(std::string("checkpoints.") + name)
                                : std::string("spec.checkpoints.") + name;
    };
    // The API server lets nobody change the access modes in one go, and a claim may have been made before.
    refuse("VolumeNotShared",
           std::to_string(pods) + " pods use its volume, which " +
               (one_pod ? std::string("one pod") : "one of " + std::to_string(*facts_.nodes) + " nodes") +
               " can mount: use " + at("uri") + ", or remove " + at("volume") + ", delete claim " +
               claim_name(child_name(pipeline_, stage_.name)) +
               " if there is one, and declare it again with " + at("volume.accessModes") +
               " [ReadWriteMany]");
  }

  bool is_under_way() const { return facts_.has_run && stage_.mode == api::Mode::kStreaming; }

  bool writes(const std::string& name) const {
    return std::ranges::any_of(stage_.outputs, [&](const auto& output) { return output.topic == name; });
  }
  bool reads(const std::string& name) const {
    return std::ranges::any_of(stage_.inputs, [&](const auto& input) { return input.topic == name; });
  }

  /// How old the newest record of an input is; unset: it has none, or it is not known.
  std::optional<milliseconds> age_of(const std::string& name) const {
    const auto group = facts_.bridges.groups.find(reader_name(stage_.name, name));
    if (group == facts_.bridges.groups.end()) return std::nullopt;
    std::optional<std::int64_t> newest_ms;
    for (const auto& [number, partition] : group->second.partitions) {
      if (partition.newest_ms && partition.end_offset > partition.start_offset)
        newest_ms = std::max(newest_ms.value_or(*partition.newest_ms), *partition.newest_ms);
    }
    if (!newest_ms) return std::nullopt;
    const milliseconds now = facts_.now.time_since_epoch();
    return std::max(milliseconds(0), now - milliseconds(*newest_ms));
  }

  /// Of the youngest input: what is written is not younger.
  std::optional<milliseconds> age_of_inputs() const {
    std::optional<milliseconds> youngest;
    for (const auto& input : stage_.inputs) {
      if (const auto age = age_of(input.topic)) youngest = std::min(youngest.value_or(*age), *age);
    }
    return youngest;
  }

  const api::FusionPipeline& pipeline_;
  const api::Stage& stage_;
  const WorkloadKind& kind_;
  const nlohmann::json& spec_;
  const PreflightFacts& facts_;
  std::vector<Failure> failures_;
};

}  // namespace

std::optional<milliseconds> transaction_timeout(const api::Stage& stage,
                                                const topics::ObservedTopics& topics) {
  if (stage.transaction_timeout) return *stage.transaction_timeout;
  const milliseconds usual = api::kDefaultTransactionTimeout;
  if (!topics.transaction_max_timeout_ms && !topics.brokers_do_not_tell) return std::nullopt;
  return topics.transaction_max_timeout_ms ? std::min(usual, milliseconds(*topics.transaction_max_timeout_ms))
                                           : usual;
}

std::vector<Failure> preflight(const api::FusionPipeline& pipeline, const api::Stage& stage,
                               const WorkloadKind& kind, const nlohmann::json& spec,
                               const PreflightFacts& facts) {
  return Preflight(pipeline, stage, kind, spec, facts).check();
}

}  // namespace fusion::stages
