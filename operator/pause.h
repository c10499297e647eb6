#pragma once

#include <chrono>
#include <stop_token>

namespace fusion::op {

/// Waits; false when it was told to stop, at once. For threads that do something now and then.
bool pause(std::stop_token stop, std::chrono::milliseconds how_long);

}  // namespace fusion::op
