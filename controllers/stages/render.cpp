#include "controllers/stages/render.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "api/enums.h"
#include "controllers/child_metadata.h"
#include "controllers/child_name.h"
#include "controllers/children.h"
#include "controllers/hash.h"
#include "controllers/stages/observed_stage.h"
#include "controllers/stages/pod_wiring.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;

/// For topics whose time no bridge has set.
constexpr milliseconds kUsualOutOfOrderness{5'000};
constexpr milliseconds kUsualIdleTimeout{30'000};
constexpr milliseconds kPartitionDiscovery{60'000};

std::string security_protocol(const api::Kafka& kafka) {
  if (kafka.sasl) return kafka.tls ? "SASL_SSL" : "SASL_PLAINTEXT";
  return kafka.tls ? "SSL" : "PLAINTEXT";
}

void render_connection(const api::Kafka& kafka, contract::StageProperties& properties) {
  using controllers::secret_directory;
  properties.bootstrap_servers = kafka.bootstrap_servers;
  properties.security_protocol = security_protocol(kafka);
  if (kafka.tls && kafka.tls->ca_secret)
    properties.ca_file = secret_directory("ca") + "/" + kafka.tls->ca_secret->key;
  if (kafka.tls && kafka.tls->certificate_secret) {
    properties.certificate_file = secret_directory("client") + "/tls.crt";
    properties.key_file = secret_directory("client") + "/tls.key";
  }
  if (kafka.sasl) {
    properties.sasl_mechanism = kafka.sasl->mechanism;
    properties.sasl_username = kafka.sasl->username;
    properties.sasl_password_file = secret_directory("sasl") + "/" + kafka.sasl->password_secret.key;
  }
}

/// What to expect of an input is what the bridge that writes it was told of its source.
void render_event_time(const Rendering& r, contract::StageProperties& properties) {
  std::optional<milliseconds> late, idle;
  for (const auto& bridge : r.pipeline.spec.bridges) {
    const bool is_read = std::ranges::any_of(
        r.stage.inputs, [&](const auto& input) { return input.topic == bridge.to_topic; });
    if (!is_read || !bridge.event_time) continue;
    late = std::max(late.value_or(milliseconds(0)), bridge.event_time->max_out_of_orderness);
    if (const auto after = bridge.event_time->idle_after) idle = std::max(idle.value_or(*after), *after);
  }
  properties.max_out_of_orderness = std::max(late.value_or(kUsualOutOfOrderness), kUsualOutOfOrderness);
  properties.source_idle_timeout = idle.value_or(kUsualIdleTimeout);
}

std::string state_uri_of(const Rendering& r) {
  const auto& checkpoints = checkpoints_of(r.pipeline.spec, r.stage);
  const auto& metadata = r.pipeline.metadata;
  if (!checkpoints.uri.empty()) {
    const auto uri = checkpoints.uri.substr(0, checkpoints.uri.find_last_not_of('/') + 1);
    return uri + "/" + metadata.namespace_name + "/" + metadata.name + "/" + r.stage.name;
  }
  return needs_claim(r.pipeline.spec, r.stage) ? std::string("file://") + kStateDirectory : "";
}

contract::StageProperties properties_of(const Rendering& r) {
  contract::StageProperties properties;
  properties.namespace_name = r.pipeline.metadata.namespace_name;
  properties.pipeline = r.pipeline.metadata.name;
  properties.stage = r.stage.name;
  render_connection(r.connection.kafka, properties);
  const auto own = group_name(r.settings, r.pipeline.metadata, r.stage.name);
  for (const auto& input : r.stage.inputs) {
    properties.input_topics.push_back(input.topic);
    properties.input_groups.push_back(input.group.empty() ? own : input.group);
  }
  for (const auto& output : r.stage.outputs) {
    properties.output_topics.push_back(output.topic);
    properties.output_id_headers.push_back(output.id_header);
  }
  properties.transactional_id_prefix = own;
  properties.transaction_timeout = r.transaction_timeout;
  properties.partition_discovery_interval = kPartitionDiscovery;
  render_event_time(r, properties);
  if (const auto uri = state_uri_of(r); !uri.empty()) properties.checkpoint_directory = uri + "/checkpoints";
  return properties;
}

Wiring wiring_of(const Rendering& r, const contract::StageProperties& properties,
                 const std::string& config_map) {
  Wiring wiring;
  wiring.mode = r.stage.mode;
  wiring.writes = !r.stage.outputs.empty();
  wiring.properties = contract::entries_of(properties);
  wiring.config_map = config_map;
  wiring.secrets = controllers::secret_mounts(r.connection.kafka);
  if (needs_claim(r.pipeline.spec, r.stage)) wiring.claim = claim_name(child_name(r.pipeline, r.stage.name));
  wiring.state_uri = state_uri_of(r);
  wiring.labels = labels_of(r.pipeline, r.stage.name);
  return wiring;
}

/// Everything that comes from the user, and nothing that a new version of the operator changes.
std::string inputs_hash(const Rendering& r, const Wiring& wiring, bool suspended) {
  static constexpr std::array kOfUser{"namespace",
                                      "pipeline",
                                      "stage",
                                      "bootstrap.servers",
                                      "security.protocol",
                                      "sasl.mechanism",
                                      "sasl.username",
                                      "input.topics",
                                      "input.groups",
                                      "output.topics",
                                      "output.id.headers",
                                      "transaction.timeout.ms",
                                      "source.idle.timeout.ms",
                                      "max.out.of.orderness.ms"};
  std::map<std::string, std::string> properties;
  for (const auto* name : kOfUser) {
    if (const auto entry = wiring.properties.find(name); entry != wiring.properties.end())
      properties.insert(*entry);
  }
  Json inputs = {{"template", template_hash(r.stage)},
                 {"properties", properties},
                 {"claim", wiring.claim},
                 {"stateUri", wiring.state_uri},
                 {"suspended", suspended}};
  for (const auto& mount : wiring.secrets)
    inputs["secrets"].push_back(Json::array({mount.volume, mount.secret, mount.keys}));
  return controllers::hex_hash(inputs.dump(), 16);
}

Json metadata_of(const Rendering& r, const std::string& name) {
  return controllers::child_metadata(r.pipeline.metadata, name, labels_of(r.pipeline, r.stage.name));
}

tl::expected<Json, Refusal> render_workload(const Rendering& r, const Wiring& wiring, bool suspended) {
  const auto& from_user = *r.stage.workload_template;
  const auto user_spec = Json::parse(from_user.spec, nullptr, /*allow_exceptions=*/false);
  auto spec = r.kind.render(user_spec, wiring);
  if (!spec) return tl::unexpected(spec.error());
  if (suspended) r.kind.suspend(*spec);
  auto metadata = metadata_of(r, child_name(r.pipeline, r.stage.name));
  for (const auto& [name, value] : from_user.labels) metadata["labels"].emplace(name, value);
  Json workload = {{"apiVersion", from_user.api_version},
                   {"kind", from_user.kind},
                   {"metadata", std::move(metadata)},
                   {"spec", std::move(*spec)}};
  Json annotations = from_user.annotations;
  annotations[controllers::kTemplateAnnotation] = template_hash(r.stage);
  annotations[controllers::kInputsAnnotation] = inputs_hash(r, wiring, suspended);
  workload["metadata"]["annotations"] = annotations;
  workload["metadata"]["annotations"][controllers::kHashAnnotation] =
      controllers::hex_hash(workload.dump(), 16);
  return workload;
}

}  // namespace

std::string child_name(const api::FusionPipeline& pipeline, const std::string& stage) {
  return controllers::child_name(pipeline.metadata.name, stage, controllers::kOfStage);
}

std::string claim_name(const std::string& child) { return "state-" + child; }

const api::Checkpoints& checkpoints_of(const api::Spec& spec, const api::Stage& stage) {
  return stage.checkpoints ? *stage.checkpoints : spec.checkpoints;
}

bool needs_claim(const api::Spec& spec, const api::Stage& stage) {
  const auto& checkpoints = checkpoints_of(spec, stage);
  return stage.workload_template && stage.workload_template->kind != "FlinkSessionJob" &&
         stage.mode == api::Mode::kStreaming && checkpoints.volume && checkpoints.uri.empty();
}

std::map<std::string, std::string> labels_of(const api::FusionPipeline& pipeline, const std::string& stage) {
  return controllers::child_labels(pipeline.metadata, controllers::kOfStage, stage,
                                   child_name(pipeline, stage));
}

std::string template_hash(const api::Stage& stage) {
  const auto& workload = *stage.workload_template;
  const Json wanted = {workload.api_version, workload.kind, workload.labels,
                       workload.annotations, workload.spec, stage.run_token};
  return controllers::hex_hash(wanted.dump(), 16);
}

tl::expected<Rendered, Refusal> render(const Rendering& r, bool suspended) {
  const auto properties = properties_of(r);
  const auto text = contract::to_properties_file(properties);
  Rendered rendered;
  rendered.config_map_name = controllers::config_map_name(child_name(r.pipeline, r.stage.name), text);
  rendered.config_map = {{"apiVersion", "v1"},
                         {"kind", "ConfigMap"},
                         {"metadata", metadata_of(r, rendered.config_map_name)},
                         {"immutable", true},
                         {"data", {{contract::kStagePropertiesFile, text}}}};
  auto workload = render_workload(r, wiring_of(r, properties, rendered.config_map_name), suspended);
  if (!workload) return tl::unexpected(workload.error());
  rendered.workload = std::move(*workload);
  return rendered;
}

}  // namespace fusion::stages
