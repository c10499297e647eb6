#pragma once

#include <functional>
#include <string>

namespace fusion::kafka {

enum class LogLevel { Error, Warning, Info, Debug };

/// One line of librdkafka's own log. Without secrets.
struct LogLine {
  LogLevel level = LogLevel::Info;
  std::string facility;  ///< librdkafka's word: FAIL, GETPID, CONFWARN...
  std::string text;
};

/// Where librdkafka's log goes instead of stderr. May be empty: then it goes nowhere.
/// Called on the thread that polls the client, never on librdkafka's own threads.
using LogSink = std::function<void(const LogLine&)>;

}  // namespace fusion::kafka
