#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "kube/api.h"

namespace fusion::op {

/// For each of `topics` that has one: another pipeline that uses it in this Kafka cluster and is not being
/// deleted, as the API server says now. An error if not all pipelines could be read.
///
/// Looks at the objects themselves, so that a pipeline which does not parse counts too. `cluster_of` answers
/// the Kafka cluster that a pipeline was last seen on, empty if it is not known. A pipeline whose cluster is
/// not known, or was looked up for an earlier spec, may use this one. `namespaces` empty: all.
kube::Expected<std::map<std::string, std::string>> other_users_of(
    kube::Api& api, const std::vector<std::string>& namespaces, const std::set<std::string>& topics,
    const std::string& cluster_id, const std::string& own_uid,
    const std::function<std::string(const kube::ObjectKey&)>& cluster_of);

}  // namespace fusion::op
