#include <map>
#include <nlohmann/json.hpp>

#include "controllers/bridges/bridge_decision.h"
#include "controllers/bridges/render.h"

namespace fusion::bridges {
namespace {

using controllers::Failure;
using Json = nlohmann::json;

/// The Secrets that a set's pods mount, by volume.
std::map<std::string, std::string> secrets_of(const Json& set) {
  static const Json::json_pointer kVolumes("/spec/template/spec/volumes");
  std::map<std::string, std::string> secrets;
  if (!set.is_object() || !set.contains(kVolumes)) return secrets;
  for (const auto& volume : set[kVolumes]) {
    if (!volume.is_object() || !volume.contains("secret")) continue;
    secrets[volume.value("name", "")] = volume["secret"].value("secretName", "");
  }
  return secrets;
}

/// The cluster in which one of the bridge's topics was, if it is not `cluster_id`; else empty.
std::string another_cluster(const api::Status& status, const api::Bridge& bridge,
                            const std::string& cluster_id) {
  for (const auto& topic : status.topics) {
    const bool concerned = topic.name == bridge.from.topic || topic.name == bridge.to_topic;
    if (concerned && topic.cluster_id != cluster_id) return topic.cluster_id;
  }
  return {};
}

}  // namespace

std::optional<Failure> unconfirmed_connection(const ObservedStatefulSet& set,
                                              const contract::BridgeConfig& running, const Rendering& wanted,
                                              const Inputs& inputs) {
  const auto kafka = render_config(wanted).kafka;
  if (kafka == running.kafka && secrets_of(Json::parse(set.fields, nullptr, /*allow_exceptions=*/false)) ==
                                    secrets_of(render_stateful_set(wanted))) {
    return std::nullopt;
  }
  const auto held = [&](const std::string& why, bool permanent) {
    return Failure{"ConnectionNotConfirmed",
                   "bridge " + wanted.bridge.name + " keeps its connection to Kafka (" +
                       running.kafka.bootstrap_servers + ") and does not take the new one (" +
                       kafka.bootstrap_servers + "): " + why,
                   permanent};
  };
  if (inputs.kafka_failure) return held(inputs.kafka_failure->message, inputs.kafka_failure->permanent);
  if (inputs.cluster_id.empty()) return held("nothing is known of it yet", false);
  const auto other = another_cluster(wanted.pipeline.status, wanted.bridge, inputs.cluster_id);
  if (other.empty()) return std::nullopt;
  return held("it leads to Kafka cluster " + inputs.cluster_id + " and the bridge's topics are in " + other +
                  ": set the connection back",
              true);
}

}  // namespace fusion::bridges
