#pragma once

#include <string>
#include <vector>

#include "api/fusion_pipeline.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::controllers {

/// A Secret of the connection to Kafka, as pods mount it.
struct SecretMount {
  std::string volume;  ///< ca, client or sasl
  std::string secret;
  std::vector<std::string> keys;
};

std::vector<SecretMount> secret_mounts(const api::Kafka& kafka);

/// Where pods find the keys of that volume as files.
std::string secret_directory(const std::string& volume);

/// The item of a pod's `volumes`, under the name of the mount's volume after `prefix`.
nlohmann::json volume_of(const SecretMount& mount, const std::string& prefix = {});

}  // namespace fusion::controllers
