#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace fusion::bridge {

enum class LogLevel { kDebug, kInfo, kWarning, kError };

using LogField = std::pair<std::string_view, std::string>;

/// One event as a line of logfmt on stderr: `time=... level=info msg="partitions assigned" partitions=6`.
/// Values are quoted where they must be. Thread-safe. Fields must hold no secrets.
void log(LogLevel level, std::string_view message, std::initializer_list<LogField> fields = {});

/// Lines below `level` are left out: debug, info, warning or error. False for another word.
bool set_log_level(std::string_view level);

}  // namespace fusion::bridge
