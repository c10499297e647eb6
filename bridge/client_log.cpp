#include "bridge/client_log.h"

#include <syslog.h>

#include "bridge/log.h"

namespace fusion::bridge {
namespace {

LogLevel level_of(int syslog_level) {
  if (syslog_level <= LOG_ERR) return LogLevel::kError;
  if (syslog_level <= LOG_WARNING) return LogLevel::kWarning;
  if (syslog_level <= LOG_INFO) return LogLevel::kInfo;
  return LogLevel::kDebug;
}

void write_line(const rd_kafka_t* client, int level, const char* facility, const char* text) {
  log(level_of(level), text,
      {{"client", rd_kafka_type(client) == RD_KAFKA_PRODUCER ? "producer" : "consumer"},
       {"facility", facility}});
}

}  // namespace

void log_client(rd_kafka_conf_t& conf) {
  rd_kafka_conf_set_events(&conf, 0);
  rd_kafka_conf_set_log_cb(&conf, write_line);
}

}  // namespace fusion::bridge
