#include "controllers/stages/pod_wiring.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "contract/stage_properties.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;

/// A group that the state's files belong to, for engines of any user.
constexpr int kStateGroup = 65532;
constexpr char kConfigVolume[] = "fusion-stage";
constexpr char kStateVolume[] = "fusion-state";
constexpr char kSecretPrefix[] = "fusion-kafka-";

/// Another isolation level reads what was aborted; another prefix leaves transactions open that nobody ends.
constexpr std::array kFixedProperties{"isolation.level", "transactional.id.prefix"};

Json* find_named(Json& list, const std::string& name) {
  for (auto& item : list) {
    if (item.is_object() && item.value("name", Json()) == name) return &item;
  }
  return nullptr;
}

/// The object or list at `name`, made where there is none; null if the user wrote something else there.
Json* member(Json& object, const char* name, Json::value_t type) {
  auto& value = object[name];
  if (value.is_null()) value = Json(type);
  return value.type() == type ? &value : nullptr;
}

Refusal wrong_type(const std::string& field, const char* expected) {
  return {field, std::string("must be ") + expected};
}

std::optional<Refusal> wire_environment(Json& environment, const std::string& field, const Wiring& wiring) {
  for (const auto& [property, value] : wiring.properties) {
    const auto name = contract::environment_name(property);
    if (find_named(environment, name) == nullptr) {
      environment.push_back({{"name", name}, {"value", value}});
    } else if (std::ranges::find(kFixedProperties, property) != kFixedProperties.end()) {
      return Refusal{field + "[" + name + "]",
                     "the guarantee rests on " + property + " as the pipeline sets it: remove the variable"};
    }
  }
  return std::nullopt;
}

struct Mount {
  Json volume;
  std::string path;
  bool read_only = true;
};

std::vector<Mount> mounts_of(const Wiring& wiring) {
  std::vector<Mount> mounts;
  mounts.push_back({{{"name", kConfigVolume}, {"configMap", {{"name", wiring.config_map}}}},
                    contract::kStageContractDirectory});
  for (const auto& secret : wiring.secrets)
    mounts.push_back(
        {controllers::volume_of(secret, kSecretPrefix), controllers::secret_directory(secret.volume)});
  if (!wiring.claim.empty()) {
    mounts.push_back({{{"name", kStateVolume}, {"persistentVolumeClaim", {{"claimName", wiring.claim}}}},
                      kStateDirectory,
                      false});
  }
  return mounts;
}

std::optional<Refusal> mount(const Mount& wanted, Json& volumes, Json& volume_mounts,
                             const std::string& container_field, const std::string& field) {
  const auto name = wanted.volume.at("name").get<std::string>();
  if (find_named(volumes, name) != nullptr) {
    return Refusal{field + ".spec.volumes[" + name + "]",
                   "the operator mounts a volume of that name: give yours another one"};
  }
  for (const auto& mounted : volume_mounts) {
    if (!mounted.is_object() || mounted.value("mountPath", Json()) != wanted.path) continue;
    return Refusal{container_field + ".volumeMounts[" + wanted.path + "]",
                   "the operator mounts the stage's files there: mount yours elsewhere"};
  }
  volumes.push_back(wanted.volume);
  Json added = {{"name", name}, {"mountPath", wanted.path}};
  if (wanted.read_only) added["readOnly"] = true;
  volume_mounts.push_back(std::move(added));
  return std::nullopt;
}

}  // namespace

tl::expected<void, Refusal> wire_pod(Json& pod_template, const std::string& container,
                                     const std::string& field, const Wiring& wiring) {
  using Type = Json::value_t;
  if (pod_template.is_null()) pod_template = Json::object();
  if (!pod_template.is_object()) return tl::unexpected(wrong_type(field, "a pod template"));
  auto* metadata = member(pod_template, "metadata", Type::object);
  auto* labels = metadata == nullptr ? nullptr : member(*metadata, "labels", Type::object);
  if (labels == nullptr) return tl::unexpected(wrong_type(field + ".metadata.labels", "an object"));
  for (const auto& [name, value] : wiring.labels) (*labels)[name] = value;

  auto* spec = member(pod_template, "spec", Type::object);
  auto* containers = spec == nullptr ? nullptr : member(*spec, "containers", Type::array);
  if (containers == nullptr) return tl::unexpected(wrong_type(field + ".spec.containers", "a list"));
  const auto container_field = field + ".spec.containers[" + container + "]";
  auto* wired = find_named(*containers, container);
  if (wired == nullptr) wired = &containers->emplace_back(Json{{"name", container}});
  auto* environment = member(*wired, "env", Type::array);
  if (environment == nullptr) return tl::unexpected(wrong_type(container_field + ".env", "a list"));
  if (auto refusal = wire_environment(*environment, container_field + ".env", wiring))
    return tl::unexpected(std::move(*refusal));

  auto* volume_mounts = member(*wired, "volumeMounts", Type::array);
  auto* volumes = member(*spec, "volumes", Type::array);
  if (volume_mounts == nullptr || volumes == nullptr)
    return tl::unexpected(wrong_type(field + ".spec.volumes", "a list, as volumeMounts"));
  for (const auto& wanted : mounts_of(wiring)) {
    if (auto refusal = mount(wanted, *volumes, *volume_mounts, container_field, field))
      return tl::unexpected(std::move(*refusal));
  }
  if (!wiring.claim.empty()) {
    auto* security = member(*spec, "securityContext", Type::object);
    if (security != nullptr && !security->contains("fsGroup")) (*security)["fsGroup"] = kStateGroup;
  }
  return {};
}

}  // namespace fusion::stages
