#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "api/check_unique.h"
#include "api/enums.h"
#include "api/excerpt.h"
#include "api/names.h"
#include "api/validate.h"

namespace fusion::api {
namespace {

struct LevelRange {
  int least;
  int most;
};

/// What librdkafka's compression.level takes; unset for codecs without levels.
std::optional<LevelRange> levels_of(Codec codec) {
  switch (codec) {
    case Codec::kGzip:
      return LevelRange{0, 9};
    case Codec::kLz4:
      return LevelRange{0, 12};
    case Codec::kZstd:
      return LevelRange{1, 12};
    case Codec::kNone:
    case Codec::kSnappy:
      break;
  }
  return std::nullopt;
}

void check_level(const Compression& compression, const std::string& path, std::vector<Problem>& problems) {
  if (!compression.level) return;
  const auto codec = to_string(compression.codec);
  const auto range = levels_of(compression.codec);
  if (range && *compression.level >= range->least && *compression.level <= range->most) return;
  problems.push_back({path + ".compression.level", "OutOfBounds",
                      range ? std::to_string(*compression.level) + " is no level of " + codec + ": use " +
                                  std::to_string(range->least) + " to " + std::to_string(range->most)
                            : codec + " has no levels: remove it"});
}

void check_annotations(const PodTemplate& pod, const std::string& path, std::vector<Problem>& problems) {
  for (const auto& [key, value] : pod.annotations) {
    if (!is_qualified_name(key)) {
      problems.push_back(
          {path + ".template.annotations[" + path_key(key) + "]", "InvalidName",
           "cannot be an annotation: write name or example.com/name, the name with at most 63 letters, "
           "digits, '.', '_' and '-'"});
    } else if (key.starts_with(std::string(kGroup) + "/")) {
      problems.push_back(
          {path + ".template.annotations[" + path_key(key) + "]", "ReservedName",
           "annotations of " + std::string(kGroup) + " are the operator's own: use another prefix"});
    }
  }
}

void check_node_selector(const PodTemplate& pod, const std::string& path, std::vector<Problem>& problems) {
  if (!pod.node_selector) return;
  const auto selector = nlohmann::json::parse(*pod.node_selector, nullptr, false);
  if (!selector.is_object()) return;
  for (const auto& [key, value] : selector.items()) {
    if (is_qualified_name(key)) continue;
    problems.push_back(
        {path + ".template.nodeSelector[" + path_key(key) + "]", "InvalidName",
         "cannot be a label: write name or example.com/name, the name with at most 63 letters, digits, "
         "'.', '_' and '-'"});
  }
}

std::optional<int> partitions_of(const Spec& spec, const std::string& name) {
  const auto topic = std::ranges::find(spec.topics, name, &Topic::name);
  return topic == spec.topics.end() ? std::nullopt : topic->partitions;
}

/// A record of a partition that the target lacks could not be carried.
void check_preserve(const Spec& spec, const Bridge& bridge, const std::string& path,
                    std::vector<Problem>& problems) {
  const auto from = partitions_of(spec, bridge.from.topic);
  const auto to = partitions_of(spec, bridge.to_topic);
  if (bridge.partitioning.by != PartitionBy::kPreserve || !from || !to || *to >= *from) return;
  problems.push_back({path + ".partitioning.by", "TooFewPartitions",
                      "Preserve keeps each record's partition, but topic " + bridge.to_topic + " has " +
                          std::to_string(*to) + " and topic " + bridge.from.topic + " has " +
                          std::to_string(*from) + ": give the target as many, or use Key"});
}

/// Letters beside records that somebody takes for data, or that come back to where they failed.
void check_dead_letter(const Spec& spec, const Bridge& bridge, const std::string& path,
                       std::vector<Problem>& problems) {
  if (!bridge.dead_letter) return;
  const auto& topic = bridge.dead_letter->topic;
  const auto refuse = [&](const std::string& use) {
    problems.push_back({path + ".deadLetter.topic", "TopicInUse",
                        "topic " + topic + " is " + use + ": give dead letters a topic of their own"});
  };
  if (topic == bridge.from.topic) return refuse("what bridge " + bridge.name + " reads");
  for (const auto& other : spec.bridges) {
    if (topic == other.to_topic) return refuse("what bridge " + other.name + " writes");
  }
  for (const auto& stage : spec.stages) {
    if (std::ranges::find(stage.outputs, topic, &StageOutput::topic) != stage.outputs.end())
      return refuse("what stage " + stage.name + " writes");
  }
}

}  // namespace

void check_bridges(const Spec& spec, std::vector<Problem>& problems) {
  for (const auto& bridge : spec.bridges) {
    const auto path = "spec.bridges[" + bridge.name + "]";
    if (bridge.from.topic == bridge.to_topic) {
      problems.push_back(
          {path + ".to.topic", "SameTopic",
           "a bridge cannot write topic " + bridge.to_topic + ", which it reads: name another topic"});
    }
    check_unique(bridge.pod_template.image_pull_secrets, std::identity(), path + ".template.imagePullSecrets",
                 "secret", problems);
    check_level(bridge.compression, path, problems);
    check_preserve(spec, bridge, path, problems);
    check_deduplicate(bridge, path, problems);
    check_event_time(bridge, path, problems);
    check_dead_letter(spec, bridge, path, problems);
    check_annotations(bridge.pod_template, path, problems);
    check_node_selector(bridge.pod_template, path, problems);
  }
}

std::vector<Problem> warnings(const FusionPipeline& pipeline) {
  const auto& spec = pipeline.spec;
  std::vector<Problem> found;
  for (const auto& bridge : spec.bridges) {
    const auto partitions = partitions_of(spec, bridge.from.topic);
    if (!partitions) continue;
    const auto path = "spec.bridges[" + bridge.name + "]";
    warn_of_short_window(bridge, *partitions, path, found);
    if (bridge.replicas <= *partitions) continue;
    found.push_back({path + ".replicas", "IdleReplicas",
                     std::to_string(bridge.replicas) + " replicas share " + std::to_string(*partitions) +
                         " partitions of topic " + bridge.from.topic + ": the rest stands idle"});
  }
  if (spec.kafka && spec.kafka->sasl && !spec.kafka->tls && spec.kafka->sasl->mechanism == "PLAIN") {
    found.push_back({"spec.kafka.sasl.mechanism", "PasswordInClear",
                     "PLAIN without tls sends the password in clear: add tls, or use SCRAM-SHA-512"});
  }
  return found;
}

}  // namespace fusion::api
