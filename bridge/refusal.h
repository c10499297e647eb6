#pragma once

#include <cstdint>
#include <string>

#include "bridge/defect.h"
#include "bridge/sink.h"
#include "bridge/stop.h"
#include "contract/bridge_config.h"

namespace fusion::bridge {

/// What is wrong with a record that its topic will never take.
Defect defect_of(const Sink::Refused& refused);

/// The Stop at a record that cannot be carried, without dead letters.
Stop stop_at(const contract::BridgeConfig& config, std::int32_t partition, std::int64_t offset,
             const Defect& defect);

/// The Stop at a letter that the dead-letter topic will never take.
Stop stop_at_letter(const contract::BridgeConfig& config, const Sink::Refused& refused);

/// The Stop when most records would become dead letters; `defect`: of the latest.
Stop stop_at_open_breaker(const contract::BridgeConfig& config, std::int32_t partition, std::int64_t offset,
                          const Defect& defect);

}  // namespace fusion::bridge
