#pragma once

#include <map>
#include <set>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "api/status.h"
#include "controllers/failure.h"
#include "controllers/settings.h"

namespace fusion::controllers {

/// A Secret in the pipeline's namespace, as a GET by name shows it. Never holds a value.
struct ObservedSecret {
  enum class State { kUnknown, kFound, kNotFound, kForbidden };
  State state = State::kUnknown;
  bool labelled = false;       ///< carries fusion-operator.io/kafka-credentials: "true"
  std::set<std::string> keys;  ///< the keys of its data
};

/// By the Secret's name.
using ObservedSecrets = std::map<std::string, ObservedSecret>;

struct SecretNeed {
  std::string name;
  std::set<std::string> keys;  ///< must be in the Secret
  std::string field;           ///< who asks, such as spec.kafka.sasl.passwordSecret
  bool operator==(const SecretNeed&) const = default;
};

/// The connection that a pipeline's bridge pods use, and whether it is the operator's default.
struct Connection {
  api::Kafka kafka;
  bool is_default = false;
};

/// `spec.kafka`, else the operator's default; Failure KafkaNotConfigured if there is neither.
tl::expected<Connection, Failure> connection_of(const api::FusionPipeline& pipeline,
                                                const Settings& settings);

/// The Secrets that the connection names, each once, in the order of their fields. What to GET before a plan.
std::vector<SecretNeed> needed_secrets(const Connection& connection);

/// Whether all needed Secrets exist, are labelled and hold their keys; else the first that is not:
/// SecretNotFound, SecretNotLabelled, SecretKeyMissing, SecretForbidden, or SecretUnknown while it was not
/// read yet.
tl::expected<void, Failure> check_secrets(const Connection& connection, const ObservedSecrets& secrets,
                                          const std::string& namespace_name);

}  // namespace fusion::controllers
