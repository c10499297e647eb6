#include "controllers/bridges/render.h"

#include <map>
#include <nlohmann/json.hpp>

#include "api/enums.h"
#include "controllers/bridges/child_name.h"
#include "controllers/child_metadata.h"
#include "controllers/children.h"
#include "controllers/hash.h"
#include "controllers/secret_mounts.h"

namespace fusion::bridges {
namespace {

using controllers::secret_directory;
using controllers::secret_mounts;
using Json = nlohmann::json;

constexpr int kUser = 65532;  // "nonroot" of the image
constexpr int kMetricsPort = 8080;
constexpr char kConfigDirectory[] = "/etc/fusion";
constexpr char kConfigFile[] = "bridge.json";
constexpr char kStateDirectory[] = "/var/lib/fusion";

std::string child_of(const Rendering& r) { return child_name(r.pipeline.metadata.name, r.bridge.name); }

int replicas_of(const Rendering& r) {
  return api::is_suspended(r.pipeline.spec, r.bridge) ? 0 : r.bridge.replicas;
}

std::string config_text(const Rendering& r) { return contract::to_json(render_config(r)); }

std::map<std::string, std::string> labels(const Rendering& r) {
  return controllers::child_labels(r.pipeline.metadata, controllers::kOfBridge, r.bridge.name, child_of(r));
}

Json metadata(const Rendering& r, const std::string& name) {
  return controllers::child_metadata(r.pipeline.metadata, name, labels(r));
}

Json subtree(const std::optional<api::JsonText>& text) {
  return text ? Json::parse(*text, nullptr, /*allow_exceptions=*/false) : Json();
}

Json probe(const char* path) {
  return {{"httpGet", {{"path", path}, {"port", "metrics"}}}, {"periodSeconds", 5}, {"timeoutSeconds", 3}};
}

Json volume_mounts(const Rendering& r) {
  auto mounts = Json::array();
  mounts.push_back({{"name", "config"}, {"mountPath", kConfigDirectory}, {"readOnly", true}});
  for (const auto& mount : secret_mounts(r.connection.kafka)) {
    mounts.push_back(
        {{"name", mount.volume}, {"mountPath", secret_directory(mount.volume)}, {"readOnly", true}});
  }
  if (r.volume) mounts.push_back({{"name", "state"}, {"mountPath", kStateDirectory}});
  return mounts;
}

Json volumes(const Rendering& r) {
  auto volumes = Json::array();
  volumes.push_back(
      {{"name", "config"}, {"configMap", {{"name", config_map_name(child_of(r), config_text(r))}}}});
  for (const auto& mount : secret_mounts(r.connection.kafka))
    volumes.push_back(controllers::volume_of(mount));
  return volumes;
}

Json container(const Rendering& r) {
  const auto& from_user = r.bridge.pod_template;
  auto resources = subtree(from_user.resources);
  if (!resources.is_object() || resources.empty()) {
    resources = {{"requests", {{"cpu", "100m"}, {"memory", "128Mi"}}}};
  }
  return {
      {"name", "bridge"},
      {"image", from_user.image.empty() ? r.settings.bridge_image : from_user.image},
      {"imagePullPolicy", "IfNotPresent"},
      {"command", Json::array({"fusion-bridge"})},
      {"args", Json::array({"--config", std::string(kConfigDirectory) + "/" + kConfigFile})},
      {"env", Json::array(
                  {{{"name", "POD_NAME"}, {"valueFrom", {{"fieldRef", {{"fieldPath", "metadata.name"}}}}}}})},
      {"ports", Json::array({{{"name", "metrics"}, {"containerPort", kMetricsPort}, {"protocol", "TCP"}}})},
      {"readinessProbe", probe("/readyz")},
      {"livenessProbe", probe("/healthz")},
      {"resources", resources},
      // A bridge that stops for good says why in its last lines; they become the condition's message.
      {"terminationMessagePolicy", "FallbackToLogsOnError"},
      {"securityContext",
       {{"allowPrivilegeEscalation", false},
        {"readOnlyRootFilesystem", true},
        {"capabilities", {{"drop", Json::array({"ALL"})}}}}},
      {"volumeMounts", volume_mounts(r)}};
}

Json pod_template(const Rendering& r) {
  const auto& from_user = r.bridge.pod_template;
  Json spec = {{"automountServiceAccountToken", false},
               {"terminationGracePeriodSeconds", 30},
               {"securityContext",
                {{"runAsNonRoot", true},
                 {"runAsUser", kUser},
                 {"runAsGroup", kUser},
                 {"fsGroup", kUser},
                 {"seccompProfile", {{"type", "RuntimeDefault"}}}}},
               {"containers", Json::array({container(r)})},
               {"volumes", volumes(r)}};
  const std::map<const char*, const std::optional<api::JsonText>&> subtrees = {
      {"nodeSelector", from_user.node_selector},
      {"tolerations", from_user.tolerations},
      {"affinity", from_user.affinity}};
  for (const auto& [field, text] : subtrees) {
    if (auto value = subtree(text); value.is_structured() && !value.empty()) spec[field] = std::move(value);
  }
  for (const auto& name : from_user.image_pull_secrets) spec["imagePullSecrets"].push_back({{"name", name}});
  Json metadata = {{"labels", labels(r)}};
  if (!from_user.annotations.empty()) metadata["annotations"] = from_user.annotations;
  return {{"metadata", metadata}, {"spec", spec}};
}

Json claim_template(const Rendering& r) {
  Json spec = {{"accessModes", r.volume->access_modes.empty() ? std::vector<std::string>{"ReadWriteOnce"}
                                                              : r.volume->access_modes},
               {"resources", {{"requests", {{"storage", r.volume->size}}}}}};
  if (r.volume->storage_class_name) spec["storageClassName"] = *r.volume->storage_class_name;
  return {{"metadata", {{"name", "state"}, {"labels", labels(r)}}}, {"spec", spec}};
}

/// Everything that comes from the user and from Kafka, and nothing that a new version of the operator
/// changes.
std::string inputs_hash(const Rendering& r) {
  const auto& t = r.bridge.pod_template;
  Json inputs = {{"config", config_text(r)},
                 {"replicas", replicas_of(r)},
                 {"image", t.image},
                 {"annotations", t.annotations},
                 {"imagePullSecrets", t.image_pull_secrets},
                 {"template", Json::array({subtree(t.resources), subtree(t.node_selector),
                                           subtree(t.tolerations), subtree(t.affinity)})}};
  for (const auto& mount : secret_mounts(r.connection.kafka)) {
    inputs["secrets"].push_back(Json::array({mount.volume, mount.secret, mount.keys}));
  }
  if (r.volume) inputs["volume"] = claim_template(r);
  return controllers::hex_hash(inputs.dump(), 16);
}

/// What a bridge does only where the spec says so.
void render_options(const Rendering& r, contract::BridgeConfig& config) {
  if (const auto& deduplicate = r.bridge.deduplicate) {
    config.deduplicate = {.id_from = api::to_string(deduplicate->id_from),
                          .id_name = deduplicate->id_name,
                          .window_records = deduplicate->window_records,
                          .window_duration = deduplicate->window_duration,
                          .max_ids = deduplicate->max_ids};
  }
  if (const auto& time = r.bridge.event_time) {
    config.event_time = {.from = api::to_string(time->from),
                         .name = time->name,
                         .format = api::to_string(time->format),
                         .max_out_of_orderness = time->max_out_of_orderness,
                         .idle_after = time->idle_after,
                         .max_drift = time->max_drift,
                         .future = api::to_string(time->future)};
  }
  if (const auto& letters = r.bridge.dead_letter) {
    config.dead_letter = {.topic = {letters->topic, r.dead_letter_topic_id},
                          .circuit_breaker = letters->circuit_breaker};
  }
  if (const auto& limit = r.bridge.rate_limit) {
    config.rate_limit = {.records_per_second = limit->records_per_second,
                         .bytes_per_second = limit->bytes_per_second};
  }
}

}  // namespace

contract::BridgeConfig render_config(const Rendering& r) {
  contract::BridgeConfig config;
  const auto& kafka = r.connection.kafka;
  config.pipeline = r.pipeline.metadata.namespace_name + "/" + r.pipeline.metadata.name;
  config.bridge = r.bridge.name;
  config.kafka.bootstrap_servers = kafka.bootstrap_servers;
  config.kafka.tls = kafka.tls.has_value();
  if (kafka.tls && kafka.tls->ca_secret) {
    config.kafka.ca_file = secret_directory("ca") + "/" + kafka.tls->ca_secret->key;
  }
  if (kafka.tls && kafka.tls->certificate_secret) {
    config.kafka.certificate_file = secret_directory("client") + "/tls.crt";
    config.kafka.key_file = secret_directory("client") + "/tls.key";
  }
  if (kafka.sasl) {
    config.kafka.sasl_mechanism = kafka.sasl->mechanism;
    config.kafka.sasl_username = kafka.sasl->username;
    config.kafka.sasl_password_file = secret_directory("sasl") + "/" + kafka.sasl->password_secret.key;
  }
  config.from = {r.bridge.from.topic, r.from_topic_id};
  config.to = {r.bridge.to_topic, r.to_topic_id};
  config.group = group_name(r.settings.installation_id, r.pipeline.metadata.namespace_name,
                            r.pipeline.metadata.name, r.bridge.name);
  config.start_from = api::to_string(r.bridge.from.start_from);
  config.start_timestamp_ms = r.bridge.from.start_timestamp_ms;
  config.guarantee = api::to_string(r.bridge.guarantee);
  config.partition_by = api::to_string(r.bridge.partitioning.by);
  config.partition_pointer = r.bridge.partitioning.pointer;
  config.partitioner = api::to_string(r.bridge.partitioning.partitioner);
  config.codec = api::to_string(r.bridge.compression.codec);
  config.level = r.bridge.compression.level;
  config.commit_interval = r.bridge.commit_interval;
  if (r.volume) config.state_directory = kStateDirectory;
  render_options(r, config);
  return config;
}

Json render_config_map(const Rendering& r) {
  const auto text = config_text(r);
  return {{"apiVersion", "v1"},
          {"kind", "ConfigMap"},
          {"metadata", metadata(r, config_map_name(child_of(r), text))},
          {"immutable", true},
          {"data", {{kConfigFile, text}}}};
}

Json render_stateful_set(const Rendering& r) {
  const auto child = child_of(r);
  Json spec = {
      {"replicas", replicas_of(r)},
      {"serviceName", child},
      {"podManagementPolicy", "Parallel"},
      {"updateStrategy", {{"type", "RollingUpdate"}}},
      {"revisionHistoryLimit", 2},
      {"persistentVolumeClaimRetentionPolicy", {{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}}},
      {"selector", {{"matchLabels", {{controllers::kChildLabel, child}}}}},
      {"template", pod_template(r)}};
  if (r.volume) spec["volumeClaimTemplates"] = Json::array({claim_template(r)});
  Json set = {
      {"apiVersion", "apps/v1"}, {"kind", "StatefulSet"}, {"metadata", metadata(r, child)}, {"spec", spec}};
  set["metadata"]["annotations"] = {{controllers::kHashAnnotation, controllers::hex_hash(set.dump(), 16)},
                                    {controllers::kInputsAnnotation, inputs_hash(r)}};
  return set;
}

}  // namespace fusion::bridges
