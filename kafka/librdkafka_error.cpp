#include "kafka/librdkafka_error.h"

#include <string>

namespace fusion::kafka {
namespace {

std::string_view advice(Reason reason) {
  switch (reason) {
    case Reason::Unreachable:
      return ": check the bootstrap servers, and that the brokers are up";
    case Reason::AuthenticationFailed:
      return ": check the user name and the password";
    case Reason::NotAuthorized:
      return ": grant the right to the Kafka user of this connection";
    case Reason::Timeout:
      return ": look at the brokers' health and load";
    default:
      return "";
  }
}

/// What the code means, for where nobody said more: librdkafka's "Broker: Policy violation" without "Broker:
/// ".
std::string_view description(rd_kafka_resp_err_t code) {
  if (reason_of(code) == Reason::TopicNotFound) return "Kafka has no such topic or partition";
  const std::string_view text = rd_kafka_err2str(code);
  for (const std::string_view origin : {"Broker: ", "Local: "}) {
    if (text.starts_with(origin)) return text.substr(origin.size());
  }
  return text;
}

}  // namespace

Reason reason_of(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__UNKNOWN_BROKER:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
      return Reason::Unreachable;
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
      return Reason::AuthenticationFailed;
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
      return Reason::NotAuthorized;
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_ID:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      return Reason::TopicNotFound;
    case RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS:
      return Reason::TopicAlreadyExists;
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return Reason::InvalidTopicName;
    case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
      return Reason::InvalidPartitions;
    case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
    case RD_KAFKA_RESP_ERR_INVALID_REPLICA_ASSIGNMENT:
      return Reason::InvalidReplicationFactor;
    case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
      return Reason::InvalidConfig;
    case RD_KAFKA_RESP_ERR__INVALID_ARG:
    case RD_KAFKA_RESP_ERR_INVALID_GROUP_ID:
    case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
      return Reason::InvalidRequest;
    case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
      return Reason::PolicyViolation;
    case RD_KAFKA_RESP_ERR__UNKNOWN_GROUP:
    case RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND:
      return Reason::GroupNotFound;
    case RD_KAFKA_RESP_ERR_NON_EMPTY_GROUP:
      return Reason::GroupNotEmpty;
    case RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT:
      return Reason::UnstableOffsets;
    case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
    case RD_KAFKA_RESP_ERR_TOPIC_DELETION_DISABLED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_VERSION:
      return Reason::Unsupported;
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
    case RD_KAFKA_RESP_ERR__IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__PREV_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR__RETRY:
    case RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_COORDINATOR:
    case RD_KAFKA_RESP_ERR_NOT_CONTROLLER:
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_REASSIGNMENT_IN_PROGRESS:
    case RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS:
    case RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED:
      return Reason::Busy;
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
      return Reason::Timeout;
    case RD_KAFKA_RESP_ERR__DESTROY:
      return Reason::Closed;
    case RD_KAFKA_RESP_ERR__FATAL:
    case RD_KAFKA_RESP_ERR__FENCED:
    case RD_KAFKA_RESP_ERR_PRODUCER_FENCED:
    case RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH:
      return Reason::Fatal;
    default:
      return Reason::Other;
  }
}

bool is_retriable(rd_kafka_resp_err_t code) {
  switch (reason_of(code)) {
    case Reason::Unreachable:
    case Reason::Busy:
    case Reason::Timeout:
    case Reason::UnstableOffsets:
      return true;
    default:
      return code == RD_KAFKA_RESP_ERR_UNKNOWN;  // the broker's own "unexpected error"
  }
}

Error to_error(rd_kafka_resp_err_t code, std::string_view subject, std::string_view detail) {
  const Reason reason = reason_of(code);
  // Where a broker says no more than the code, librdkafka puts its own words for the code.
  const bool says_more = !detail.empty() && detail != rd_kafka_err2str(code);
  std::string said(says_more ? detail : description(code));
  while (!said.empty() && said.back() == '.') said.pop_back();
  return {reason, std::string(subject) + ": " + said + std::string(advice(reason)), is_retriable(code)};
}

Error to_error(const rd_kafka_error_t& error, std::string_view subject) {
  Error result = to_error(rd_kafka_error_code(&error), subject, rd_kafka_error_string(&error));
  if (rd_kafka_error_is_fatal(&error)) result = {Reason::Fatal, std::move(result.message), false};
  result.retriable = result.retriable || rd_kafka_error_is_retriable(&error);
  return result;
}

}  // namespace fusion::kafka
