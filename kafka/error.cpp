#include "kafka/error.h"

namespace fusion::kafka {

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::Unreachable:
      return "Unreachable";
    case Reason::AuthenticationFailed:
      return "AuthenticationFailed";
    case Reason::NotAuthorized:
      return "NotAuthorized";
    case Reason::TopicNotFound:
      return "TopicNotFound";
    case Reason::TopicAlreadyExists:
      return "TopicAlreadyExists";
    case Reason::InvalidTopicName:
      return "InvalidTopicName";
    case Reason::InvalidPartitions:
      return "InvalidPartitions";
    case Reason::InvalidReplicationFactor:
      return "InvalidReplicationFactor";
    case Reason::InvalidConfig:
      return "InvalidConfig";
    case Reason::InvalidRequest:
      return "InvalidRequest";
    case Reason::PolicyViolation:
      return "PolicyViolation";
    case Reason::GroupNotFound:
      return "GroupNotFound";
    case Reason::GroupNotEmpty:
      return "GroupNotEmpty";
    case Reason::UnstableOffsets:
      return "UnstableOffsets";
    case Reason::Unsupported:
      return "Unsupported";
    case Reason::InvalidConnection:
      return "InvalidConnection";
    case Reason::Busy:
      return "Busy";
    case Reason::Timeout:
      return "Timeout";
    case Reason::Closed:
      return "Closed";
    case Reason::Fatal:
      return "Fatal";
    case Reason::Other:
      return "Other";
  }
  return "Other";
}

}  // namespace fusion::kafka
