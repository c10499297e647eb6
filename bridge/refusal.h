#pragma once

#include <cstdint>
#include <string>

#include "bridge/sink.h"
#include "bridge/stop.h"
#include "contract/bridge_config.h"

namespace fusion::bridge {

/// The Stop at a record that the target will never take.
Stop refused_by_target(const contract::BridgeConfig& config, const Sink::Refused& refused);

/// The Stop at a record that has no id where the configuration looks for it; `why` says what is missing.
Stop refused_without_id(const contract::BridgeConfig& config, std::int32_t partition, std::int64_t offset,
                        const std::string& why);

}  // namespace fusion::bridge
