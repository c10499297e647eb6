#include "operator/installation_id.h"

#include <nlohmann/json.hpp>

#include "controllers/hash.h"

namespace fusion::op {

kube::Expected<std::string> derive_installation_id(kube::Api& api, const std::string& own_namespace) {
  const auto found = api.get(kube::resources::namespaces(), {"", "kube-system"});
  if (!found) {
    auto error = found.error();
    error.message += "; to set the id yourself use --installation-id";
    return kube::fail(std::move(error));
  }
  const auto uid = found->value("metadata", nlohmann::json::object()).value("uid", "");
  return controllers::hex_hash(uid + "/" + own_namespace, 8);
}

}  // namespace fusion::op
