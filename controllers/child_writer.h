#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <tl/expected.hpp>

#include "controllers/failure.h"
#include "kube/api.h"

namespace fusion::controllers {

/// The pipeline that a child belongs to.
struct Owner {
  std::string name;
  std::string uid;
};

/// Creates a child by POST and answers it as stored. If the name is taken: a child of this owner is brought
/// to `body` by server-side apply; anybody else's object is left alone (NameConflict).
tl::expected<nlohmann::json, Failure> create_child(kube::Api& api, const kube::ResourceType& type,
                                                   const nlohmann::json& body, const Owner& owner);

/// Server-side apply of `body` to the object with this UID and no other; never creates one. Answers it as
/// stored. An object that was replaced or is gone is the failure Superseded: observe again.
tl::expected<nlohmann::json, Failure> apply_child(kube::Api& api, const kube::ResourceType& type,
                                                  nlohmann::json body, const std::string& uid);

/// Deletes the object with this UID; one that is gone, or of which another stands in its place, is a success.
/// With a `resource_version` only as long as it is in that state: Superseded otherwise, observe again.
tl::expected<void, Failure> delete_child(kube::Api& api, const kube::ResourceType& type,
                                         const kube::ObjectKey& key, const std::string& uid,
                                         kube::Propagation propagation,
                                         const std::string& resource_version = {});

}  // namespace fusion::controllers
