#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fusion::bench {

/// Made-up reports of aircraft: JSON that compresses about as well as such data does. The same seed gives the
/// same records.
///
/// A value begins with `{"time_us":1700000000000000,`: the time, in microseconds since 1970, always takes 16
/// digits, so that it can be set in place and read without parsing.
///
/// Not thread-safe.
class SampleRecords {
 public:
  static constexpr std::string_view kTimeField = "{\"time_us\":";
  static constexpr std::size_t kTimeDigits = 16;

  /// `value_bytes` is met exactly; at least 100.
  SampleRecords(std::size_t value_bytes, std::uint64_t seed);

  /// The value of record `number` with this time. Valid until the next call.
  std::string_view value(std::uint64_t number, std::int64_t time_us);

  /// One of 100,000 aircraft. Valid until the next call.
  std::string_view key(std::uint64_t number);

  /// The value of the header `fusion-id`: 16 hexadecimal digits, another one for each number. Valid until the
  /// next call.
  std::string_view id(std::uint64_t number);

 private:
  std::vector<std::string> values_;
  std::string key_;
  std::string id_;
};

}  // namespace fusion::bench
