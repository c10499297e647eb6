#include "controllers/checkpoints/apply.h"

#include <nlohmann/json.hpp>

#include "controllers/child_writer.h"
#include "controllers/failure_of.h"

namespace fusion::checkpoints {
namespace {

using controllers::Failure;
using nlohmann::json;

std::optional<Failure> grow(kube::Api& api, const std::string& ns, const GrowClaim& action) {
  const json patch = {{"metadata", {{"uid", action.uid}}},
                      {"spec", {{"resources", {{"requests", {{"storage", action.size}}}}}}}};
  const auto grown = api.merge_patch(kube::resources::persistent_volume_claims(), {ns, action.name}, patch);
  if (grown) return std::nullopt;
  const auto& error = grown.error();
  // A storage class without allowVolumeExpansion is refused by admission, a claim that is not bound yet by
  // validation.
  if (error.reason == kube::Reason::Forbidden || error.reason == kube::Reason::Invalid) {
    return Failure{"VolumeCannotGrow",
                   "claim " + action.name + " cannot grow to " + action.size + ": " + error.message +
                       "; use a storage class with allowVolumeExpansion, or set the size back",
                   true};
  }
  return controllers::failure_of(error);
}

std::optional<Failure> erase(kube::Api& api, const std::string& ns, const DeleteClaim& action) {
  auto deleted = controllers::delete_child(api, kube::resources::persistent_volume_claims(),
                                           {ns, action.name}, action.uid, kube::Propagation::Background);
  if (deleted) return std::nullopt;
  return std::move(deleted.error());
}

std::optional<Failure> create(kube::Api& api, const CreateClaim& action) {
  const auto type = kube::resources::persistent_volume_claims();
  const auto created = api.create(type, json::parse(action.body));
  if (created) return std::nullopt;
  // Ours has labels by which it is seen; if it was made just now, it will be.
  if (created.error().reason == kube::Reason::AlreadyExists) {
    return Failure{"NameConflict",
                   "claim " + action.name +
                       " exists and has not the labels of this pipeline's: delete it if nobody needs it",
                   false};
  }
  return controllers::failure_of(created.error());
}

}  // namespace

std::optional<Failure> apply(kube::Api& api, const std::string& namespace_name, const Action& action) {
  if (const auto* growth = std::get_if<GrowClaim>(&action)) return grow(api, namespace_name, *growth);
  if (const auto* creation = std::get_if<CreateClaim>(&action)) return create(api, *creation);
  return erase(api, namespace_name, std::get<DeleteClaim>(action));
}

}  // namespace fusion::checkpoints
