#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "kafka/request_item.h"

namespace fusion::kafka {

/// Makes an Error of a code, the subject and what was said about it.
using Explain =
    std::function<Error(rd_kafka_resp_err_t code, std::string_view subject, std::string_view detail)>;

/// What the event answers to a request of this kind, by name. Names that Kafka left out are absent.
/// The event must not carry a request-level error, and is not taken over.
std::map<std::string, Answer> answers_of(rd_kafka_event_t* event, RequestKind kind, const Explain& explain);

}  // namespace fusion::kafka
