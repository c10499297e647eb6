#pragma once

#include <optional>
#include <string>

#include "controllers/child_writer.h"
#include "controllers/stages/plan.h"
#include "kube/api.h"

namespace fusion::stages {

/// What became of an action.
struct Applied {
  std::string did;     ///< for the log, such as "FlinkDeployment created"
  std::string object;  ///< its name
  std::string detail;  ///< why
  std::optional<controllers::Failure> failure;
  std::optional<ObservedWorkload> workload;              ///< as stored, with its answer
  std::optional<bridges::ObservedConfigMap> config_map;  ///< as stored
  std::string resource_version;                          ///< of either
};

/// Performs an action, waiting for the server's answer. What the server refuses of a workload is the
/// permanent failure InvalidTemplate: it can only come from what the user wrote into it.
Applied apply(kube::Api& api, const std::string& namespace_name, const controllers::Owner& owner,
              const Action& action);

/// The object of a ref; WorkloadNotFound, or why the server does not show it.
tl::expected<ObservedWorkload, controllers::Failure> observe_ref(kube::Api& api,
                                                                 const std::string& namespace_name,
                                                                 const api::WorkloadRef& ref);

/// How the API server serves that kind of object.
kube::ResourceType resource_type(const api::EngineKind& kind);

}  // namespace fusion::stages
