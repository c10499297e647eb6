#include "controllers/failure_of.h"

#include <string>

namespace fusion::controllers {
namespace {

/// Nothing heals these but somebody who changes the spec, Kafka's rights or the cluster's policy.
bool needs_somebody(kafka::Reason reason) {
  switch (reason) {
    case kafka::Reason::AuthenticationFailed:
    case kafka::Reason::NotAuthorized:
    case kafka::Reason::InvalidTopicName:
    case kafka::Reason::InvalidPartitions:
    case kafka::Reason::InvalidReplicationFactor:
    case kafka::Reason::InvalidConfig:
    case kafka::Reason::InvalidRequest:
    case kafka::Reason::PolicyViolation:
    case kafka::Reason::Unsupported:
    case kafka::Reason::InvalidConnection:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool concerns_connection(kafka::Reason reason) {
  switch (reason) {
    case kafka::Reason::Unreachable:
    case kafka::Reason::AuthenticationFailed:
    case kafka::Reason::InvalidConnection:
    case kafka::Reason::Timeout:
    case kafka::Reason::Busy:
    case kafka::Reason::Closed:
    case kafka::Reason::Fatal:
      return true;
    default:
      return false;
  }
}

Failure failure_of(const kafka::Error& error) {
  std::string reason(kafka::to_string(error.reason));
  if (concerns_connection(error.reason) || error.reason == kafka::Reason::NotAuthorized)
    reason = "Kafka" + reason;
  return {std::move(reason), error.message, needs_somebody(error.reason)};
}

Failure failure_of(const kube::Error& error) {
  const bool permanent =
      error.reason == kube::Reason::Invalid || error.reason == kube::Reason::InvalidTemplate;
  return {std::string(kube::to_string(error.reason)), error.message, permanent};
}

}  // namespace fusion::controllers
