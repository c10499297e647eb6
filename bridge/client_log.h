#pragma once

#include "kafka/handles.h"

namespace fusion::bridge {

/// Lets the client that will be made of `conf` write librdkafka's log lines to ours, as they come, from
/// librdkafka's threads.
void log_client(rd_kafka_conf_t& conf);

}  // namespace fusion::bridge
