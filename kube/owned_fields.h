#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "kube/api.h"

namespace fusion::kube {

/// The object's text with sorted keys and no spaces: one text for one value.
std::string canonical(const nlohmann::json& object);

/// 32 hex digits of XXH3-128 over `canonical(object)`. Goes into an annotation as the hash of what was
/// applied.
std::string content_hash(const nlohmann::json& object);

/// The primitive values of an object by their paths, in one form for one meaning: `.spec.replicas` -> `3`,
/// `.spec.template.spec.containers[name="bridge"].image` -> `"fusion:1"`. Quantities stand by their value, an
/// empty env value is left out, an empty list or map stands as `[]` or `{}`.
using Leaves = std::map<std::string, std::string>;

/// What the live object holds in the fields that `manager` owns by server-side apply (`managedFields`,
/// FieldsV1). Empty if the manager owns nothing. apiVersion, kind and metadata.{name,namespace,uid} are left
/// out. Invalid if `managedFields` cannot be read. Format:
/// https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
Expected<Leaves> owned_leaves(const nlohmann::json& live, std::string_view manager = kFieldManager);

/// The same leaves of an object as we would apply it. Lists are keyed as the server keys them for the kinds
/// that we render: containers, initContainers, env, volumes and imagePullSecrets by name, volumeMounts by
/// mountPath, ports by containerPort (or port) and protocol, ownerReferences by uid,
/// topologySpreadConstraints by topologyKey and whenUnsatisfiable; others by position.
Leaves desired_leaves(const nlohmann::json& desired);

/// 32 hex digits of XXH3-128 over the leaves.
std::string digest(const Leaves& leaves);

/// digest(owned_leaves(...)) and digest(desired_leaves(...)).
///
/// At rest they are equal. Where they differ: apply. Where the server's answer to that apply still differs
/// (it fills defaults into lists that it takes as a whole), remember the answer's `owned_digest` and apply
/// again only when the live object no longer has it, or the desired object's hash changes.
Expected<std::string> owned_digest(const nlohmann::json& live, std::string_view manager = kFieldManager);
std::string desired_digest(const nlohmann::json& desired);

/// The paths at which the two differ, at most `limit`, for a log line that says what drifted.
std::string describe_difference(const Leaves& live, const Leaves& desired, std::size_t limit = 5);

}  // namespace fusion::kube
