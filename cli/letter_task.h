#pragma once

#include <string>

#include "cli/letter_filter.h"
#include "kafka/connection.h"

namespace fusion::cli {

/// Which letters of which topic of which Kafka a command is about.
struct LetterTask {
  kafka::Connection connection;
  std::string topic;
  LetterFilter filter;
};

}  // namespace fusion::cli
