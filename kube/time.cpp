#include "kube/time.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace fusion::kube {

std::string format_micro_time(std::chrono::system_clock::time_point instant) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(instant);
  const auto micros = std::chrono::floor<std::chrono::microseconds>(instant - seconds).count();
  const std::time_t time = std::chrono::system_clock::to_time_t(seconds);
  std::tm utc{};
  gmtime_r(&time, &utc);
  std::array<char, 32> date{};
  std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s.%06ldZ", date.data(), static_cast<long>(micros));
  return text.data();
}

}  // namespace fusion::kube
