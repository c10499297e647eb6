#include "kafka/connectivity.h"

#include <algorithm>

#include "kafka/librdkafka_error.h"

namespace fusion::kafka {

void Connectivity::failed(rd_kafka_resp_err_t code, std::string_view text) {
  // Follows upon the failures of the brokers themselves and says less.
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) return;
  // How long it took, and how often it was seen, differs each time.
  text = text.substr(0, text.find(" (after "));
  const auto separator = text.find(": ");
  const auto broker = separator == std::string_view::npos ? std::string_view{} : text.substr(0, separator);
  if (!broker.empty()) text.remove_prefix(separator + 2);
  troubles_.insert_or_assign(std::string(broker), Trouble{reason_of(code), std::string(text)});
}

void Connectivity::answered() {
  troubles_.clear();
  ever_answered_ = true;
}

Error Connectivity::explain(rd_kafka_resp_err_t code, std::string_view subject,
                            std::string_view detail) const {
  const Reason reason = reason_of(code);
  const bool local_timeout =
      code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE;
  const bool is_about_connection =
      local_timeout || reason == Reason::Unreachable || reason == Reason::AuthenticationFailed;
  if (!is_about_connection || (troubles_.empty() && local_timeout && ever_answered_)) {
    return to_error(code, subject, detail);
  }
  auto trouble = std::find_if(troubles_.begin(), troubles_.end(), [](const auto& entry) {
    return entry.second.reason == Reason::AuthenticationFailed;
  });
  if (trouble != troubles_.end() || reason == Reason::AuthenticationFailed) {
    return {Reason::AuthenticationFailed,
            "Kafka at " + where_ + " refuses the credentials: " +
                (trouble != troubles_.end() ? trouble->second.text : std::string(detail)) +
                ": check the user name, the password and the mechanism",
            false};
  }
  trouble = troubles_.begin();
  const std::string why =
      trouble != troubles_.end() ? trouble->second.text : "no broker has answered in time";
  return {Reason::Unreachable,
          "Kafka at " + where_ + " cannot be reached: " + why +
              ": check the bootstrap servers, and that the brokers are up",
          true};
}

}  // namespace fusion::kafka
