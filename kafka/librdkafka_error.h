#pragma once

#include <librdkafka/rdkafka.h>

#include <string_view>

#include "kafka/error.h"

namespace fusion::kafka {

/// Which Reason an error code of librdkafka or of a broker is.
Reason reason_of(rd_kafka_resp_err_t code);

/// Whether the same request may succeed later (see Error::retriable).
bool is_retriable(rd_kafka_resp_err_t code);

/// An Error about `subject` ("topic flights", "group g"). `detail` is what the broker or librdkafka said,
/// and may be empty: then the code's own description stands in.
Error to_error(rd_kafka_resp_err_t code, std::string_view subject, std::string_view detail);

/// Of a call that returned an rd_kafka_error_t, the transactional ones for example.
Error to_error(const rd_kafka_error_t& error, std::string_view subject);

}  // namespace fusion::kafka
