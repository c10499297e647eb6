#include "controllers/stages/apply.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "controllers/failure_of.h"
#include "controllers/served_object.h"

namespace fusion::stages {
namespace {

using controllers::Failure;
using nlohmann::json;

kube::ResourceType type_of(const std::string& api_version, const std::string& kind) {
  return resource_type(*api::find_engine_kind(api_version, kind));
}

std::string version_of(const json& object) {
  return controllers::served::text(object, "/metadata/resourceVersion");
}

/// Performs one action of each kind.
struct Writer {
  kube::Api& api;
  const std::string& ns;
  const controllers::Owner& owner;

  Applied operator()(const CreateConfigMap& action) const {
    auto applied = begin("ConfigMap created", action.name);
    auto answer =
        controllers::create_child(api, kube::resources::config_maps(), json::parse(action.body), owner);
    if (!answer) return failed(std::move(applied), std::move(answer.error()));
    applied.config_map = bridges::project_config_map(*answer);
    applied.resource_version = version_of(*answer);
    return applied;
  }

  Applied operator()(const DeleteConfigMap& action) const {
    return erase(begin("ConfigMap deleted", action.name), kube::resources::config_maps(), action.uid,
                 kube::Propagation::Background);
  }

  /// Unlike other children, one that is there already is not brought to the body: it may run, and a change of
  /// it may start it a second time.
  Applied operator()(const CreateWorkload& action) const {
    auto applied = begin(action.kind + " created", action.name);
    const auto answer = api.create(type_of(action.api_version, action.kind), json::parse(action.body));
    if (answer) return with_workload(std::move(applied), *answer, action.hash);
    if (answer.error().reason != kube::Reason::AlreadyExists)
      return failed(std::move(applied), in_template(answer.error(), action.stage));
    return failed(std::move(applied), name_is_taken(action));
  }

  Applied operator()(const ApplyWorkload& action) const {
    auto applied = begin(action.kind + " applied", action.name);
    applied.detail = action.why;
    auto answer = controllers::apply_child(api, type_of(action.api_version, action.kind),
                                           json::parse(action.body), action.uid);
    if (!answer) return failed(std::move(applied), in_template(std::move(answer.error()), action.stage));
    return with_workload(std::move(applied), *answer, action.hash);
  }

  Applied operator()(const DeleteWorkload& action) const {
    auto applied = begin(action.kind + " deleted", action.name);
    applied.detail = action.why;
    return erase(std::move(applied), type_of(action.api_version, action.kind), action.uid,
                 kube::Propagation::Foreground, action.resource_version);
  }

  Applied operator()(const PatchRef& action) const {
    auto applied = begin(action.kind + (action.suspend ? " suspended" : " resumed"), action.name);
    auto patch = find_workload_kind(action.api_version, action.kind)->suspension_patch(action.suspend);
    patch["metadata"]["uid"] = action.uid;
    const auto type = type_of(action.api_version, action.kind);
    const auto answer = api.merge_patch(type, {ns, action.name}, patch);
    if (!answer) return failed(std::move(applied), controllers::failure_of(answer.error()));
    if (project_workload(*answer).observation.is_asked_to_stop != action.suspend) {
      return failed(std::move(applied), {"SuspendNotSupported",
                                         "the installed version of " + type.plural + "." + type.group +
                                             " has no field to suspend " + action.name +
                                             " by: stop it yourself, or set ref.manage to false",
                                         true});
    }
    return applied;
  }

 private:
  static Applied begin(std::string did, const std::string& object) {
    Applied applied;
    applied.did = std::move(did);
    applied.object = object;
    return applied;
  }

  static Applied failed(Applied applied, Failure failure) {
    applied.failure = std::move(failure);
    return applied;
  }

  static Failure in_template(const kube::Error& error, const std::string& stage) {
    return in_template(controllers::failure_of(error), stage);
  }
  static Failure in_template(Failure failure, const std::string& stage) {
    if (failure.reason == "Invalid") failure.reason = "InvalidTemplate";
    if (failure.reason == "InvalidTemplate")
      failure.message = "spec.stages[" + stage + "].workload.template is refused: " + failure.message;
    return failure;
  }

  Failure name_is_taken(const CreateWorkload& action) const {
    const auto type = type_of(action.api_version, action.kind);
    const auto found = api.get(type, {ns, action.name});
    if (!found && found.error().reason != kube::Reason::NotFound)
      return controllers::failure_of(found.error());
    if (!found || controllers::served::controller_uid(*found) == owner.uid)
      return {"Superseded", action.kind + " " + action.name + " is there already: to be looked at again",
              false};
    return {"NameConflict",
            action.kind + " " + ns + "/" + action.name +
                " exists and does not belong to this pipeline: delete it or rename it, it is left as it is",
            true};
  }

  static Applied with_workload(Applied applied, const json& answer, const std::string& hash) {
    applied.workload = project_workload(answer);
    applied.workload->answer = controllers::Answer{hash, applied.workload->fields};
    applied.resource_version = version_of(answer);
    return applied;
  }

  Applied erase(Applied applied, const kube::ResourceType& type, const std::string& uid,
                kube::Propagation propagation, const std::string& resource_version = {}) const {
    auto deleted =
        controllers::delete_child(api, type, {ns, applied.object}, uid, propagation, resource_version);
    if (!deleted) applied.failure = std::move(deleted.error());
    return applied;
  }
};

}  // namespace

Applied apply(kube::Api& api, const std::string& namespace_name, const controllers::Owner& owner,
              const Action& action) {
  return std::visit(Writer{api, namespace_name, owner}, action);
}

tl::expected<ObservedWorkload, Failure> observe_ref(kube::Api& api, const std::string& namespace_name,
                                                    const api::WorkloadRef& ref) {
  const auto type = type_of(ref.api_version, ref.kind);
  const auto found = api.get(type, {namespace_name, ref.name});
  if (found) return project_workload(*found);
  if (found.error().reason == kube::Reason::NotFound) {
    return tl::unexpected(Failure{"WorkloadNotFound",
                                  "there is no " + ref.kind + " " + namespace_name + "/" + ref.name +
                                      ", or " + type.plural + "." + type.group +
                                      " is not installed: create it, or correct workload.ref",
                                  false});
  }
  return tl::unexpected(controllers::failure_of(found.error()));
}

kube::ResourceType resource_type(const api::EngineKind& kind) {
  return {.group = std::string(kind.group),
          .version = std::string(kind.version),
          .plural = std::string(kind.plural),
          .kind = std::string(kind.kind)};
}

}  // namespace fusion::stages
