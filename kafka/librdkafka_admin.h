#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "kafka/admin.h"
#include "kafka/connection.h"
#include "kafka/log_sink.h"
#include "kafka/request_sample.h"

namespace fusion::kafka {

struct AdminSettings {
  std::chrono::milliseconds linger{5};                ///< how long the first call of a batch waits for others
  std::chrono::milliseconds request_timeout{10'000};  ///< all of it: finding a broker, sending, Kafka's work
  std::size_t max_batch = 1'000;                      ///< items in one request
  LogSink log;                                        ///< librdkafka's log
  std::function<void(const RequestSample&)>
      on_request;  ///< may be empty; called on the Admin's thread, before the answers
};

/// An Admin over librdkafka, with one thread of its own ("kafka-admin") beside librdkafka's.
///
/// Does not wait for Kafka: a broker that is down shows in the answers. The destructor returns within a
/// second or two, also when no broker can be reached; while a group is renewed, within five. Fails with
/// InvalidConnection (see client_conf.h).
Result<std::unique_ptr<Admin>> make_librdkafka_admin(const Connection& connection,
                                                     AdminSettings settings = {});

}  // namespace fusion::kafka
