#pragma once

#include <librdkafka/rdkafka.h>

#include <map>
#include <string>
#include <string_view>

#include "kafka/error.h"

namespace fusion::kafka {

/// Remembers what librdkafka says about its connections, because a request that finds no broker ends with
/// "timed out" alone: so a wrong password is told apart from a broker that is down.
///
/// The same troubles give the same sentence, whatever their order: it may end in a status. Not thread-safe.
class Connectivity {
 public:
  /// `where`: the connection as the user should read it (see describe()).
  explicit Connectivity(std::string where) : where_(std::move(where)) {}

  /// An error event of librdkafka: "BROKER: WHAT (after 3ms in state CONNECT)".
  void failed(rd_kafka_resp_err_t code, std::string_view text);

  /// A broker has answered: earlier troubles are over.
  void answered();

  /// The Error for a request about `subject`, with the troubles in place of a mere timeout.
  Error explain(rd_kafka_resp_err_t code, std::string_view subject, std::string_view detail) const;

 private:
  struct Trouble {
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR__TRANSPORT;
    std::string text;
  };

  std::string where_;
  std::map<std::string, Trouble> troubles_;  ///< the newest of each broker
  bool ever_answered_ = false;
};

}  // namespace fusion::kafka
