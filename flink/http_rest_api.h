#pragma once

#include <chrono>
#include <cstddef>

#include "flink/rest_api.h"

namespace fusion::flink {

/// What one call of HttpRestApi::get may take: whoever answers may be anybody's program.
struct HttpLimits {
  std::chrono::milliseconds patience{5'000};  ///< for all paths together, the name's resolution excepted
  std::size_t head_bytes = 8 * 1024;          ///< of each answer
  std::size_t body_bytes = 1024 * 1024;       ///< of each answer
};

/// Asks over HTTP, with one connection for each call: no credentials, no redirects, no TLS.
///
/// On Boost.Beast, because cpprestsdk takes in heads of any length.
class HttpRestApi final : public RestApi {
 public:
  explicit HttpRestApi(const HttpLimits& limits = {}) : limits_(limits) {}

  /// `url`: `http://host:port/path`.
  tl::expected<std::vector<std::optional<std::string>>, std::string> get(
      const std::string& url, const std::vector<std::string>& paths, std::stop_token stop) override;

 private:
  const HttpLimits limits_;
};

}  // namespace fusion::flink
