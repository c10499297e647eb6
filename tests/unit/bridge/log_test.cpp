#include "bridge/log.h"

#include <gmock/gmock.h>

namespace fusion::bridge {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

std::string logged(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
  testing::internal::CaptureStderr();
  log(level, message, fields);
  return testing::internal::GetCapturedStderr();
}

TEST(Log, WritesLogfmt) {
  EXPECT_THAT(logged(LogLevel::kInfo, "topic created", {{"topic", "alerts"}, {"partitions", "6"}}),
              MatchesRegex("time=....-..-..T..:..:..\\....Z level=info msg=\"topic created\" topic=alerts "
                           "partitions=6\n"));
}

TEST(Log, KeepsAnEventOnOneLine) {
  EXPECT_THAT(logged(LogLevel::kError, "x", {{"a", "say \"no\"\n"}, {"b", "{}%"}}),
              HasSubstr("level=error msg=x a=\"say \\\"no\\\"\\n\" b={}%\n"));
}

TEST(Log, LeavesOutWhatIsBelowTheLevel) {
  EXPECT_THAT(logged(LogLevel::kDebug, "x", {}), IsEmpty());
  ASSERT_TRUE(set_log_level("debug"));
  EXPECT_THAT(logged(LogLevel::kDebug, "x", {}), HasSubstr("level=debug"));
  ASSERT_TRUE(set_log_level("info"));
  EXPECT_FALSE(set_log_level("loud"));
}

}  // namespace
}  // namespace fusion::bridge
