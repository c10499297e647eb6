#include "api/validate.h"

#include <algorithm>
#include <map>

#include "api/check_unique.h"
#include "api/excerpt.h"
#include "api/names.h"

namespace fusion::api {
namespace {

/// Kafka's metrics show `.` as `_`, so that its brokers refuse a topic that differs from another in these
/// alone.
void check_collisions(const std::vector<Topic>& topics, std::vector<Problem>& problems) {
  std::map<std::string, std::string> names;
  for (const auto& topic : topics) {
    auto flat = topic.name;
    std::ranges::replace(flat, '.', '_');
    const auto& [entry, is_first] = names.try_emplace(flat, topic.name);
    if (is_first || entry->second == topic.name) continue;
    problems.push_back({"spec.topics[" + topic.name + "].name", "TopicNameCollision",
                        "Kafka cannot hold topic " + topic.name + " next to topic " + entry->second +
                            ", since '.' and '_' are one to its metrics: rename one of them"});
  }
}

void check_observed(const Topic& topic, const std::string& path, std::vector<Problem>& problems) {
  if (topic.management != Management::kObserved) return;
  const auto refuse = [&](bool is_set, const std::string& field) {
    if (!is_set) return;
    problems.push_back(
        {path + "." + field, "ObservedTopicIsNotChanged",
         "an Observed topic is only checked: remove " + field + ", or set management to Managed"});
  };
  refuse(topic.partitions.has_value(), "partitions");
  refuse(topic.replication_factor.has_value(), "replicationFactor");
  refuse(!topic.config.empty(), "config");
}

void check_config(const Topic& topic, const std::string& path, std::vector<Problem>& problems) {
  for (const auto& [key, value] : topic.config) {
    if (is_topic_name(key)) continue;  // settings are spelled with the same characters
    problems.push_back(
        {path + ".config[" + path_key(key) + "]", "InvalidValue",
         "cannot be a topic setting: use the names that Kafka gives them, such as retention.ms"});
  }
}

}  // namespace

void check_metadata(const Metadata& metadata, std::vector<Problem>& problems) {
  if (!is_dns_subdomain(metadata.name)) {
    problems.push_back(
        {"metadata.name", "InvalidName",
         metadata.name.empty()
             ? "is missing"
             : excerpt(metadata.name) +
                   " cannot be an object's name: use at most 253 lower case letters, digits, '-' and "
                   "'.', with a letter or digit at either end"});
  }
  if (!metadata.namespace_name.empty() && !is_dns_label(metadata.namespace_name)) {
    problems.push_back(
        {"metadata.namespace", "InvalidName",
         excerpt(metadata.namespace_name) +
             " cannot be a namespace: use at most 63 lower case letters, digits and '-', with a letter "
             "or digit at either end"});
  }
}

void check_kafka(const Kafka& kafka, std::vector<Problem>& problems) {
  if (has_legal_ports(kafka.bootstrap_servers)) return;
  problems.push_back(
      {"spec.kafka.bootstrapServers", "OutOfBounds", "has a port above 65535: ports are 1 to 65535"});
}

void check_topics(const std::vector<Topic>& topics, std::vector<Problem>& problems) {
  check_unique(topics, &Topic::name, "spec.topics", "topic", problems);
  check_collisions(topics, problems);
  for (const auto& topic : topics) {
    const auto path = "spec.topics[" + topic.name + "]";
    check_observed(topic, path, problems);
    check_config(topic, path, problems);
  }
}

std::vector<Problem> validate(const FusionPipeline& pipeline) {
  std::vector<Problem> problems;
  check_metadata(pipeline.metadata, problems);
  if (pipeline.spec.kafka) check_kafka(*pipeline.spec.kafka, problems);
  check_topics(pipeline.spec.topics, problems);
  check_stages(pipeline.spec.stages, problems);
  check_unique(pipeline.spec.bridges, &Bridge::name, "spec.bridges", "bridge", problems);
  check_bridges(pipeline.spec, problems);
  if (pipeline.spec.checkpoints.volume) {
    check_unique(pipeline.spec.checkpoints.volume->access_modes, std::identity(),
                 "spec.checkpoints.volume.accessModes", "access mode", problems);
  }
  check_flow(pipeline.spec, problems);
  return problems;
}

}  // namespace fusion::api
