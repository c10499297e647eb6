#pragma once

#include <optional>
#include <string>

#include "api/status.h"
#include "contract/bridge_config.h"
#include "controllers/connection.h"
#include "nlohmann/json_fwd.hpp"

namespace fusion::bridges {

/// All that a bridge's objects are made of.
struct Rendering {
  const api::FusionPipeline& pipeline;
  const api::Bridge& bridge;
  const controllers::Connection& connection;
  const controllers::Settings& settings;
  std::string from_topic_id;
  std::string to_topic_id;
  std::string dead_letter_topic_id;   ///< empty without dead letters
  std::optional<api::Volume> volume;  ///< a claim for each replica
};

/// The file that the pods read.
contract::BridgeConfig render_config(const Rendering& rendering);

/// The immutable ConfigMap with that file, named by its content.
nlohmann::json render_config_map(const Rendering& rendering);

/// The StatefulSet, with kHashAnnotation and kInputsAnnotation. Canonical: equal renderings are equal JSON.
nlohmann::json render_stateful_set(const Rendering& rendering);

}  // namespace fusion::bridges
