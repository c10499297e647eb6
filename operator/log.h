#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spdlog {
class logger;
}

namespace fusion::op {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

struct LogField {
  std::string_view name;
  std::string value;
};

/// Writes one line an event, in logfmt: `time=... level=info msg="topic created" pipeline=demo/flights
/// topic=alerts`.
///
/// Copies share the sink. `with` gives a Log whose lines all carry some fields, such as a reconcile's id.
/// Thread-safe. Never given a secret: kafka::Secret does not convert to a string.
class Log {
 public:
  /// To stderr.
  explicit Log(LogLevel level);
  /// To `logger`, which gets whole lines.
  Log(std::shared_ptr<spdlog::logger> logger);

  Log with(std::initializer_list<LogField> fields) const;

  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void warning(std::string_view message, std::initializer_list<LogField> fields = {}) const;
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const;

 private:
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const;

  std::shared_ptr<spdlog::logger> logger_;
  std::string common_;  // the fields of every line, rendered
};

/// A short random id for the lines of one reconcile: eight hex digits.
std::string new_reconcile_id();

}  // namespace fusion::op
