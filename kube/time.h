#pragma once

#include <chrono>
#include <string>

namespace fusion::kube {

/// RFC 3339 in UTC with microseconds, as leases and events carry: "2026-05-01T12:00:00.000000Z"
/// (metav1.MicroTime).
std::string format_micro_time(std::chrono::system_clock::time_point instant);

}  // namespace fusion::kube
