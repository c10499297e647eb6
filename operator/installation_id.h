#pragma once

#include <string>

#include "kube/api.h"

namespace fusion::op {

/// Eight hex digits made of the cluster's identity (the UID of the namespace kube-system) and the operator's
/// own namespace: two installations on one Kafka differ, and a reinstallation is the same.
kube::Expected<std::string> derive_installation_id(kube::Api& api, const std::string& own_namespace);

}  // namespace fusion::op
