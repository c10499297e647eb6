#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "api/fusion_pipeline.h"
#include "api/status.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::api {

/// What is wrong with a field, for the person who wrote it.
struct Problem {
  std::string
      path;  ///< such as spec.bridges[profiles].to.topic; list items by their key, by index without one
  std::string reason;   ///< CamelCase; becomes a condition's reason
  std::string message;  ///< a sentence: what is wrong and what to do; does not repeat the path
  bool operator==(const Problem&) const = default;
};

/// "path: message", problems joined by "; ".
std::string to_string(const std::vector<Problem>& problems);

/// Reads a FusionPipeline from its JSON form, as the API server serves it or as a user wrote it.
///
/// Wrong types, unknown fields of `spec`, unknown enum values and values outside the schema's bounds are
/// problems, each with its path: exactly those which the CRD's schema rejects. `status` and `metadata` are
/// read leniently, because they are ours and the server's. Never throws.
tl::expected<FusionPipeline, std::vector<Problem>> parse(const nlohmann::json& object);

/// The rules that tie fields together: references, duplicates, cycles, one writer a topic, names that Kafka
/// or Kubernetes forbid. Empty: valid. Pure.
std::vector<Problem> validate(const FusionPipeline& pipeline);

/// What is allowed but hardly meant, such as more replicas than partitions. Pure.
std::vector<Problem> warnings(const FusionPipeline& pipeline);

}  // namespace fusion::api
