#pragma once

#include "controllers/failure.h"
#include "kafka/error.h"
#include "kube/error.h"

namespace fusion::controllers {

/// A failed call in the words of a condition. What concerns the connection to Kafka as a whole is named so:
/// KafkaUnreachable, KafkaAuthenticationFailed, KafkaTimeout...
Failure failure_of(const kafka::Error& error);
Failure failure_of(const kube::Error& error);

/// Whether the error is about the connection, not about the topic or the group that was asked for.
bool concerns_connection(kafka::Reason reason);

}  // namespace fusion::controllers
