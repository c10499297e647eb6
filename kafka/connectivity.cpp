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
  while (text.ends_with(':') || text.ends_with(' ')) text.remove_suffix(1);
  troubles_.insert_or_assign(std::string(broker), Trouble{code, std::string(text)});
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
  const auto login = std::find_if(troubles_.begin(), troubles_.end(), [](const auto& trouble) {
    return reason_of(trouble.second.code) == Reason::AuthenticationFailed;
  });
  if (login != troubles_.end() || reason == Reason::AuthenticationFailed) {
    return {Reason::AuthenticationFailed,
            "Kafka at " + where_ + " refuses the credentials: " +
                (login != troubles_.end() ? login->second.text : std::string(detail)) +
                ": check the user name, the password and the mechanism",
            false};
  }
  const Trouble trouble =
      troubles_.empty()
          ? Trouble{code,
                    "no broker has answered in time, which is also how a port that expects TLS or SASL looks"}
          : troubles_.begin()->second;
  return {Reason::Unreachable,
          "Kafka at " + where_ + " cannot be reached: " + trouble.text +
              (trouble.code == RD_KAFKA_RESP_ERR__SSL
                   ? ": check the CA certificate of this connection, and that the listener speaks TLS"
                   : ": check the bootstrap servers, and that the brokers are up"),
          true};
}

}  // namespace fusion::kafka
