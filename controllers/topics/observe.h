#pragma once

#include <string>
#include <vector>

#include "controllers/topics/observed_topic.h"
#include "kafka/admin.h"

namespace fusion::topics {

/// Asks Kafka for its cluster id and for `topics` with their configuration, all at once.
///
/// `done` is called exactly once, on the Admin's thread; its `claims` are empty. A topic that was created a
/// moment ago and is not known to all brokers yet is kUnknown, never kAbsent with a configuration.
void observe(kafka::Admin& admin, std::vector<std::string> topics, kafka::Callback<ObservedTopics> done);

}  // namespace fusion::topics
