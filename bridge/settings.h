#pragma once

#include <string>

#include "bridge/stop.h"
#include "contract/bridge_config.h"
#include "kafka/connection.h"

namespace fusion::bridge {

/// What one replica needs to know: the bridge's configuration, its credentials, and which replica it is.
struct Settings {
  contract::BridgeConfig config;
  kafka::Connection connection;
  int ordinal = 0;

  std::string transactional_id() const { return config.group + "/" + std::to_string(ordinal); }
};

/// Reads the configuration file and the credential files that it names.
/// Every failure is a Stop with kConfig that names the file or the field; contents of credential files are
/// never part of a message.
Result<Settings> load_settings(const std::string& config_file, int ordinal);

/// The number after the last dash of a StatefulSet's pod name: 2 for "flights-profiles-b1c2d3e4-2".
Result<int> ordinal_of(const std::string& pod_name);

}  // namespace fusion::bridge
