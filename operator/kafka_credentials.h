#pragma once

#include <map>
#include <optional>
#include <string>

#include "api/fusion_pipeline.h"
#include "kafka/connection.h"
#include "operator/secret_reader.h"

namespace fusion::op {

/// The connection that `kafka` and the Secrets which it names make; nothing while one of them, its label or
/// its key is missing (controllers::check_secrets says which).
std::optional<kafka::Connection> make_connection(const api::Kafka& kafka,
                                                 const std::map<std::string, ReadSecret>& secrets);

}  // namespace fusion::op
