#include "controllers/bridges/apply.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "controllers/failure_of.h"

namespace fusion::bridges {
namespace {

using controllers::Failure;
using kube::Propagation;
using nlohmann::json;

/// Performs one action of each kind.
struct Writer {
  kube::Api& api;
  const std::string& ns;
  const controllers::Owner& owner;

  Applied operator()(const CreateConfigMap& action) const {
    Applied applied{"ConfigMap created", action.name, {}, {}, {}, {}, {}};
    auto answer =
        controllers::create_child(api, kube::resources::config_maps(), json::parse(action.body), owner);
    if (!answer) return failed(std::move(applied), std::move(answer.error()));
    applied.config_map = project_config_map(*answer);
    applied.resource_version = resource_version(*answer);
    return applied;
  }

  Applied operator()(const CreateStatefulSet& action) const {
    Applied applied{"StatefulSet created", action.name, {}, {}, {}, {}, {}};
    auto answer =
        controllers::create_child(api, kube::resources::stateful_sets(), json::parse(action.body), owner);
    return with_stateful_set(std::move(applied), std::move(answer), action.bridge, action.hash);
  }

  Applied operator()(const ApplyStatefulSet& action) const {
    Applied applied{"StatefulSet applied", action.name, action.why, {}, {}, {}, {}};
    auto answer =
        controllers::apply_child(api, kube::resources::stateful_sets(), json::parse(action.body), action.uid);
    return with_stateful_set(std::move(applied), std::move(answer), action.bridge, action.hash);
  }

  Applied operator()(const DeleteConfigMap& action) const {
    return erase("ConfigMap deleted", kube::resources::config_maps(), action.name, action.uid,
                 Propagation::Background);
  }
  Applied operator()(const DeleteStatefulSet& action) const {
    return erase("StatefulSet deleted", kube::resources::stateful_sets(), action.name, action.uid,
                 Propagation::Foreground);
  }
  Applied operator()(const OrphanStatefulSet& action) const {
    auto applied = erase("StatefulSet deleted, its pods kept", kube::resources::stateful_sets(), action.name,
                         action.uid, Propagation::Orphan);
    applied.detail = action.why;
    return applied;
  }
  Applied operator()(const DeletePod& action) const {
    return erase("Pod deleted", kube::resources::pods(), action.name, action.uid, Propagation::Background);
  }
  Applied operator()(const DeleteGroup& action) const {
    Failure failure{"InternalError", "a consumer group is not deleted on the API server", true};
    return {"consumer group deleted", action.group, {}, std::move(failure), {}, {}, {}};
  }

 private:
  static std::string resource_version(const json& object) {
    return object.value("metadata", json::object()).value("resourceVersion", "");
  }

  static Applied failed(Applied applied, Failure failure) {
    applied.failure = std::move(failure);
    return applied;
  }

  /// What the API server finds wrong with the set can only come from what the user wrote into it.
  static Failure in_template(Failure failure, const std::string& bridge) {
    if (failure.reason == "Invalid") failure.reason = "InvalidTemplate";
    if (failure.reason == "InvalidTemplate")
      failure.message = "spec.bridges[" + bridge + "].template is refused: " + failure.message;
    return failure;
  }

  static Applied with_stateful_set(Applied applied, tl::expected<json, Failure> answer,
                                   const std::string& bridge, const std::string& hash) {
    if (!answer) return failed(std::move(applied), in_template(std::move(answer.error()), bridge));
    applied.stateful_set = project_stateful_set(*answer);
    applied.stateful_set->answer = Answer{hash, applied.stateful_set->fields};
    applied.resource_version = resource_version(*answer);
    return applied;
  }

  Applied erase(std::string did, const kube::ResourceType& type, const std::string& name,
                const std::string& uid, Propagation propagation) const {
    Applied applied{std::move(did), name, {}, {}, {}, {}, {}};
    auto deleted = controllers::delete_child(api, type, {ns, name}, uid, propagation);
    if (!deleted) applied.failure = std::move(deleted.error());
    return applied;
  }
};

Failure superseded(const std::string& what) {
  return {"Superseded", what + ": what was decided is too old", false};
}

}  // namespace

Applied apply(kube::Api& api, const std::string& namespace_name, const controllers::Owner& owner,
              const Action& action) {
  return std::visit(Writer{api, namespace_name, owner}, action);
}

void apply(kafka::Admin& admin, const DeleteGroup& action, std::function<bool()> may_still,
           kafka::Callback<std::optional<Failure>> done) {
  auto on_described = [&admin, group = action.group, may_still = std::move(may_still),
                       done =
                           std::move(done)](const kafka::Result<kafka::GroupDescription>& described) mutable {
    if (!described) return done(controllers::failure_of(described.error()));
    if (!may_still()) return done(superseded("consumer group " + group + " was not deleted"));
    admin.delete_group(group, [done = std::move(done)](const kafka::Result<void>& deleted) {
      if (deleted || deleted.error().reason == kafka::Reason::GroupNotFound) return done(std::nullopt);
      done(controllers::failure_of(deleted.error()));
    });
  };
  admin.describe_group(action.group, std::move(on_described));
}

void apply(kafka::Admin& admin, const RenewPositions& action, std::function<bool()> may_still,
           kafka::Callback<std::optional<Failure>> done) {
  auto on_described = [&admin, action, may_still = std::move(may_still), done = std::move(done)](
                          const kafka::Result<kafka::GroupDescription>& described) mutable {
    if (!described) return done(controllers::failure_of(described.error()));
    if (described->state != kafka::GroupState::Empty) return done(std::nullopt);
    if (!may_still()) return done(superseded("the positions of group " + action.group + " were not renewed"));
    admin.renew_group(
        action.group, action.topic, [done = std::move(done)](const kafka::Result<void>& renewed) {
          done(renewed ? std::nullopt : std::optional(controllers::failure_of(renewed.error())));
        });
  };
  admin.describe_group(action.group, std::move(on_described));
}

}  // namespace fusion::bridges
