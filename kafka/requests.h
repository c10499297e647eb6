#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <map>
#include <string>

#include "kafka/request_lanes.h"

namespace fusion::kafka {

struct Sending {
  std::map<std::string, Error> refused;  ///< by name: librdkafka did not take these; the others were sent
  bool sent = false;  ///< an event with the batch's id as its opaque will come to the queue
};

/// Hands the batch to librdkafka; does not wait. `timeout` bounds everything until the answer.
Sending send(rd_kafka_t* client, rd_kafka_queue_t* queue, const Batch& batch,
             std::chrono::milliseconds timeout);

}  // namespace fusion::kafka
