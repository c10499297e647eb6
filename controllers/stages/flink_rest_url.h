#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace fusion::stages {

/// Where Flink's REST API tells of the job of a FlinkDeployment that runs in the cluster
/// `cluster`: `http://<cluster>-rest.<namespace>.svc:<port>/jobs/<id>`, the Service that Flink makes of its
/// option `rest.port` in `configuration` (ExternalServiceDecorator of flink-kubernetes). Empty: the job has
/// no id yet, the API wants TLS, or one of these is not what it should be, so that no other host is ever
/// asked.
std::string flink_rest_url(const nlohmann::json& object, const std::string& cluster,
                           const nlohmann::json& configuration);

}  // namespace fusion::stages
