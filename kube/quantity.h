#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace fusion::kube {

/// A Kubernetes quantity such as "100m", "1.5Gi" or "12e6", by its value: "0.1" equals "100m", "1024Mi"
/// equals "1Gi". Exact to 10^-9, as the API server is; what is smaller is rounded up, as it does. Format:
/// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
class Quantity {
 public:
  /// Empty for text that the API server would refuse, or a value beyond 2^63 - 1.
  static std::optional<Quantity> parse(std::string_view text);

  /// The value in units of 10^-9, as decimal text: one text for one value.
  std::string canonical() const;

  auto operator<=>(const Quantity&) const = default;

 private:
  explicit Quantity(__int128 nanos) : nanos_(nanos) {}
  __int128 nanos_;
};

}  // namespace fusion::kube
