#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace fusion::kube {

struct Handover {
  nlohmann::json patch;  ///< merge patch, with the resourceVersion as its precondition
  bool apply_again =
      false;  ///< Update owned fields that Apply does not: applying again removes or resets them
};

/// How to make `manager`, which has created `live` by POST and has then applied it, own its fields through
/// Apply alone. Empty if it already does. As client-go's `csaupgrade` does for objects of `kubectl apply`.
/// Model: https://pkg.go.dev/k8s.io/client-go/util/csaupgrade
std::optional<Handover> hand_over_to_apply(const nlohmann::json& live, std::string_view manager);

}  // namespace fusion::kube
