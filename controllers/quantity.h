#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace fusion::controllers {

/// A Kubernetes quantity by value, so that 0.1 equals 100m and 1024Mi equals 1Gi, and sizes can be compared.
/// Grammar: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
class Quantity {
 public:
  /// Unset if `text` is no quantity. Exact to a nano unit (the server rounds up there) and up to 2^63 units.
  static std::optional<Quantity> parse(std::string_view text);

  auto operator<=>(const Quantity&) const = default;

 private:
  explicit Quantity(__int128 nanos) : nanos_(nanos) {}
  __int128 nanos_;
};

}  // namespace fusion::controllers
