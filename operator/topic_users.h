#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "kube/api.h"

namespace fusion::op {

/// Another pipeline that uses `topic` in this Kafka cluster and is not being deleted, as the API server says
/// now; nothing if there is none. An error if not all pipelines could be read.
///
/// Looks at the objects themselves, so that a pipeline which does not parse counts too. `cluster_of` answers
/// a pipeline's Kafka cluster, empty if it is not known: then it may be this one. `namespaces` empty: all.
kube::Expected<std::optional<std::string>> other_user_of(
    kube::Api& api, const std::vector<std::string>& namespaces, const std::string& topic,
    const std::string& cluster_id, const std::string& own_uid,
    const std::function<std::string(const kube::ObjectKey&)>& cluster_of);

}  // namespace fusion::op
