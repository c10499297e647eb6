#pragma once

#include <map>
#include <string>

#include "kafka/connection.h"
#include "kafka/error.h"
#include "kafka/handles.h"

namespace fusion::kafka {

/// librdkafka settings by their documented names (librdkafka's CONFIGURATION.md).
using Settings = std::map<std::string, std::string>;

/// The configuration of a client for `connection`, with `settings` on top of what every client of ours has:
/// `socket.nagle.disable=true`, `client.id=fusion-operator`, and logs kept in the client (`log.queue=true`)
/// until rd_kafka_set_log_queue() says where they go, so that nothing is written to stderr: call it, or they
/// pile up. Errors and logs come as events.
///
/// Fails with InvalidConnection for an unknown setting, a refused value or a PEM that does not parse.
Result<ConfHandle> client_conf(const Connection& connection, const Settings& settings = {});

/// Make the client; librdkafka connects in the background. Fails with InvalidConnection where librdkafka
/// refuses the combination of settings (a certificate without its key, for example).
Result<ProducerHandle> new_producer(ConfHandle conf);
Result<ConsumerHandle> new_consumer(ConfHandle conf);

}  // namespace fusion::kafka
