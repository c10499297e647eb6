#include "controllers/connection.h"

#include <algorithm>

namespace fusion::controllers {
namespace {

void add(std::vector<SecretNeed>& needs, const std::string& name, const std::set<std::string>& keys,
         const std::string& field) {
  const auto same =
      std::find_if(needs.begin(), needs.end(), [&](const auto& need) { return need.name == name; });
  if (same == needs.end()) {
    needs.push_back({name, keys, field});
  } else {
    same->keys.insert(keys.begin(), keys.end());
  }
}

std::string joined(const std::set<std::string>& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string label_hint() { return std::string(api::kCredentialsLabel) + ": \"true\""; }

/// Whoever uses the default connection brings credentials of his own: the operator's are never copied.
std::string asked_by(const SecretNeed& need, const Connection& connection) {
  return connection.is_default ? "the operator's default Kafka connection asks for it in the pipeline's "
                                 "namespace (bridgeSecrets)"
                               : need.field + " names it";
}

tl::expected<void, Failure> check(const SecretNeed& need, const Connection& connection,
                                  const ObservedSecrets& secrets, const std::string& namespace_name) {
  const auto found = secrets.find(need.name);
  const auto secret = found == secrets.end() ? ObservedSecret{} : found->second;
  const std::string who = "Secret " + namespace_name + "/" + need.name;
  switch (secret.state) {
    case ObservedSecret::State::kUnknown:
      return tl::unexpected(Failure{"SecretUnknown", who + " was not read yet", false});
    case ObservedSecret::State::kForbidden:
      return tl::unexpected(Failure{"SecretForbidden",
                                    who +
                                        " must not be read by the operator: allow its service account to get "
                                        "secrets in this namespace",
                                    true});
    case ObservedSecret::State::kNotFound:
      return tl::unexpected(Failure{"SecretNotFound",
                                    who + " does not exist, and " + asked_by(need, connection) +
                                        ": create it with the keys " + joined(need.keys) + " and the label " +
                                        label_hint(),
                                    true});
    case ObservedSecret::State::kFound:
      break;
  }
  if (!secret.labelled) {
    return tl::unexpected(Failure{
        "SecretNotLabelled",
        who + " is used only with the label " + label_hint() + ": add it if this Secret is meant for Kafka",
        true});
  }
  for (const auto& key : need.keys) {
    if (!secret.keys.contains(key)) {
      return tl::unexpected(
          Failure{"SecretKeyMissing",
                  who + " has no key " + key + ", and " + asked_by(need, connection) + ": add it", true});
    }
  }
  return {};
}

}  // namespace

tl::expected<Connection, Failure> connection_of(const api::FusionPipeline& pipeline,
                                                const Settings& settings) {
  if (pipeline.spec.kafka) return Connection{*pipeline.spec.kafka, false};
  if (settings.default_connection) return Connection{settings.default_connection->kafka, true};
  return tl::unexpected(Failure{"KafkaNotConfigured",
                                "spec.kafka is not set and the operator has no default Kafka connection: set "
                                "spec.kafka, or give the operator one (chart value kafka)",
                                true});
}

std::vector<SecretNeed> needed_secrets(const Connection& connection) {
  std::vector<SecretNeed> needs;
  if (const auto& tls = connection.kafka.tls) {
    if (tls->ca_secret) add(needs, tls->ca_secret->name, {tls->ca_secret->key}, "spec.kafka.tls.caSecret");
    if (tls->certificate_secret) {
      add(needs, *tls->certificate_secret, {"tls.crt", "tls.key"}, "spec.kafka.tls.certificateSecret");
    }
  }
  if (const auto& sasl = connection.kafka.sasl) {
    add(needs, sasl->password_secret.name, {sasl->password_secret.key}, "spec.kafka.sasl.passwordSecret");
  }
  return needs;
}

tl::expected<void, Failure> check_secrets(const Connection& connection, const ObservedSecrets& secrets,
                                          const std::string& namespace_name) {
  for (const auto& need : needed_secrets(connection)) {
    if (auto checked = check(need, connection, secrets, namespace_name); !checked) return checked;
  }
  return {};
}

}  // namespace fusion::controllers
