#pragma once

#include <functional>
#include <optional>
#include <string>

#include "controllers/bridges/plan.h"
#include "controllers/child_writer.h"
#include "kafka/admin.h"

namespace fusion::bridges {

/// What became of one action.
struct Applied {
  std::string did;     ///< for the log, such as "StatefulSet created"
  std::string object;  ///< its name
  std::string detail;  ///< why, where the plan gave a reason
  std::optional<controllers::Failure> failure;
  /// The object as the server answered it, so that the next reconcile need not wait for the watch.
  std::optional<ObservedStatefulSet> stateful_set;
  std::optional<ObservedConfigMap> config_map;
  std::string resource_version;  ///< of that object
};

/// Performs an action on the API server, waiting for its answer. DeleteGroup is none of these: see below.
Applied apply(kube::Api& api, const std::string& namespace_name, const controllers::Owner& owner,
              const Action& action);

/// Deletes the consumer group; one that is gone is a success, one with members is the failure GroupNotEmpty.
/// `may_still` is asked right before. `done` is called exactly once, on the Admin's thread, where `may_still`
/// is called as well.
void apply(kafka::Admin& admin, const DeleteGroup& action, std::function<bool()> may_still,
           kafka::Callback<std::optional<controllers::Failure>> done);

/// Renews the group's positions, as Admin::renew_group() does it, if nobody is in the group: members keep
/// them by themselves, and that is a success. Otherwise as above.
void apply(kafka::Admin& admin, const RenewPositions& action, std::function<bool()> may_still,
           kafka::Callback<std::optional<controllers::Failure>> done);

}  // namespace fusion::bridges
