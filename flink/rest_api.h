#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace fusion::flink {

/// Flink's REST API, to read only
/// (https://nightlies.apache.org/flink/flink-docs-release-1.18/docs/ops/rest_api/). Thread-safe.
class RestApi {
 public:
  virtual ~RestApi() = default;

  /// Asks for `url` with each of `paths` behind it, one after the other, and answers the bodies in their
  /// order; unset: the answer was another one than 200. No answer to one of them is an error, a sentence for
  /// the log; so is a triggered `stop`.
  virtual tl::expected<std::vector<std::optional<std::string>>, std::string> get(
      const std::string& url, const std::vector<std::string>& paths, std::stop_token stop) = 0;
};

}  // namespace fusion::flink
