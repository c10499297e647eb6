#include "controllers/secret_mounts.h"

#include <nlohmann/json.hpp>

namespace fusion::controllers {
namespace {

constexpr int kSecretMode = 0440;

}  // namespace

std::vector<SecretMount> secret_mounts(const api::Kafka& kafka) {
  std::vector<SecretMount> mounts;
  if (kafka.tls && kafka.tls->ca_secret) {
    mounts.push_back({"ca", kafka.tls->ca_secret->name, {kafka.tls->ca_secret->key}});
  }
  if (kafka.tls && kafka.tls->certificate_secret) {
    mounts.push_back({"client", *kafka.tls->certificate_secret, {"tls.crt", "tls.key"}});
  }
  if (kafka.sasl)
    mounts.push_back({"sasl", kafka.sasl->password_secret.name, {kafka.sasl->password_secret.key}});
  return mounts;
}

std::string secret_directory(const std::string& volume) { return "/etc/fusion-secrets/" + volume; }

nlohmann::json volume_of(const SecretMount& mount, const std::string& prefix) {
  auto items = nlohmann::json::array();
  for (const auto& key : mount.keys) items.push_back({{"key", key}, {"path", key}});
  return {{"name", prefix + mount.volume},
          {"secret", {{"secretName", mount.secret}, {"items", items}, {"defaultMode", kSecretMode}}}};
}

}  // namespace fusion::controllers
