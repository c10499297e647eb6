#include "api/parse.h"

#include <nlohmann/json.hpp>

#include "api/excerpt.h"
#include "api/json_reader.h"
#include "api/parse_bridge.h"
#include "api/parse_checkpoints.h"
#include "api/parse_metadata.h"
#include "api/parse_stage.h"
#include "api/status_json.h"
#include "api/text_rules.h"

namespace fusion::api {
namespace {

using nlohmann::json;

bool is_usable_topic(std::string_view text) { return is_topic_name(text) && !is_internal_topic(text); }
bool is_sasl_mechanism(std::string_view text) {
  return text == "PLAIN" || text == "SCRAM-SHA-256" || text == "SCRAM-SHA-512";
}

constexpr TextRule kTopicName{1, 249, is_usable_topic,
                              "cannot be a topic: use letters, digits, '.', '_' and '-', neither '.' nor "
                              "'..' alone, and none of Kafka's own topics"};
constexpr TextRule kBootstrapServers{
    1, 2048, is_bootstrap_servers,
    "is not a list of brokers: write host:port, several with commas and no spaces"};
constexpr TextRule kMechanism{.max_length = 13,
                              .legal = is_sasl_mechanism,
                              .expectation = "is not one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"};

SecretKey parse_secret_key(JsonReader reader) {
  SecretKey secret{reader.required_text("name", kObjectName), reader.required_text("key", kSecretKey)};
  reader.refuse_unknown_fields();
  return secret;
}

Tls parse_tls(JsonReader reader) {
  Tls tls;
  if (auto ca = reader.object("caSecret")) tls.ca_secret = parse_secret_key(*std::move(ca));
  if (auto certificate = reader.object("certificateSecret")) {
    tls.certificate_secret = certificate->required_text("name", kObjectName);
    certificate->refuse_unknown_fields();
  }
  reader.refuse_unknown_fields();
  return tls;
}

Sasl parse_sasl(JsonReader reader) {
  Sasl sasl;
  sasl.mechanism = reader.required_text("mechanism", kMechanism);
  sasl.username = reader.required_text("username", {.min_length = 1, .max_length = 256, .expectation = {}});
  if (auto secret = reader.required_object("passwordSecret")) {
    sasl.password_secret = parse_secret_key(*std::move(secret));
  }
  reader.refuse_unknown_fields();
  return sasl;
}

Kafka parse_kafka(JsonReader reader) {
  Kafka kafka;
  kafka.bootstrap_servers = reader.required_text("bootstrapServers", kBootstrapServers);
  if (auto tls = reader.object("tls")) kafka.tls = parse_tls(*std::move(tls));
  if (auto sasl = reader.object("sasl")) kafka.sasl = parse_sasl(*std::move(sasl));
  reader.refuse_unknown_fields();
  return kafka;
}

Topic parse_topic(JsonReader reader) {
  Topic topic;
  topic.name = reader.required_text("name", kTopicName);
  topic.management = reader.choice<Management>("management").value_or(Management::kManaged);
  if (const auto partitions = reader.integer("partitions", 1, 10'000)) {
    topic.partitions = static_cast<int>(*partitions);
  }
  if (const auto factor = reader.integer("replicationFactor", 1, 100)) {
    topic.replication_factor = static_cast<int>(*factor);
  }
  topic.config = reader.text_map("config", 128, {.max_length = 4096, .expectation = {}});
  reader.refuse_unknown_fields();
  return topic;
}

Spec parse_spec(JsonReader reader) {
  Spec spec;
  spec.suspend = reader.boolean("suspend").value_or(false);
  spec.deletion_policy = reader.choice<DeletionPolicy>("deletionPolicy").value_or(DeletionPolicy::kRetain);
  if (auto kafka = reader.object("kafka")) spec.kafka = parse_kafka(*std::move(kafka));
  for (auto& topic : reader.objects("topics", 64, "name"))
    spec.topics.push_back(parse_topic(std::move(topic)));
  for (auto& stage : reader.objects("stages", 32, "name"))
    spec.stages.push_back(parse_stage(std::move(stage)));
  for (auto& bridge : reader.objects("bridges", 32, "name"))
    spec.bridges.push_back(parse_bridge(std::move(bridge)));
  if (auto checkpoints = reader.object("checkpoints"))
    spec.checkpoints = parse_checkpoints(*std::move(checkpoints));
  reader.refuse_unknown_fields();
  return spec;
}

/// What a field of the envelope must say. Lists from the API server may leave it out.
void expect(JsonReader& reader, std::string_view field, std::string_view expected) {
  const auto text = reader.text(field, {.max_length = SIZE_MAX, .expectation = {}});
  if (!text || *text == expected) return;
  reader.note(field, "InvalidValue", excerpt(*text) + " is not " + std::string(expected));
}

}  // namespace

std::string to_string(const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) {
    if (!text.empty()) text += "; ";
    text += problem.path.empty() ? problem.message : problem.path + ": " + problem.message;
  }
  return text;
}

tl::expected<FusionPipeline, std::vector<Problem>> parse(const json& object) {
  std::vector<Problem> problems;
  FusionPipeline pipeline;
  JsonReader reader(object, "", problems);
  expect(reader, "apiVersion", kApiVersion);
  expect(reader, "kind", kKind);
  if (reader.object("metadata")) pipeline.metadata = metadata_from_json(object.at("metadata"));
  if (auto spec = reader.required_object("spec")) pipeline.spec = parse_spec(*std::move(spec));
  if (reader.object("status")) pipeline.status = status_from_json(object.at("status"));
  reader.refuse_unknown_fields();
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return pipeline;
}

}  // namespace fusion::api
