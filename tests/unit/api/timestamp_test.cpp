#include "api/timestamp.h"

#include <gtest/gtest.h>

namespace fusion::api {
namespace {

using namespace std::chrono;

std::optional<std::int64_t> ms_of(std::string_view text) {
  const auto instant = parse_timestamp(text);
  if (!instant) return std::nullopt;
  return instant->time_since_epoch().count();
}

TEST(Timestamp, ReadsRfc3339InUtc) {
  EXPECT_EQ(ms_of("1970-01-01T00:00:00Z"), 0);
  EXPECT_EQ(ms_of("2013-01-01T05:15:00Z"), 1357017300000);
  EXPECT_EQ(ms_of("2024-02-29T23:59:59.5Z"), 1709251199500);
  EXPECT_EQ(ms_of("2024-02-29T23:59:59.123456789Z"), 1709251199123);
  EXPECT_EQ(ms_of("1969-12-31T23:59:59Z"), -1000);
}

TEST(Timestamp, RefusesAnythingElse) {
  for (const auto* text :
       {"", "Z", "2026-01-31", "2026-01-31T08:00:00", "2026-01-31T08:00:00+01:00", "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T08:60:00Z", "2026-01-31T08:00:60Z",
        "2026-01-31 08:00:00Z", "2026-01-31T08:00:00.Z", "2026-01-31T08:00:00.xZ", "20x6-01-31T08:00:00Z"}) {
    EXPECT_EQ(ms_of(text), std::nullopt) << text;
  }
}

TEST(Timestamp, WritesWhatKubernetesWrites) {
  EXPECT_EQ(to_text(sys_seconds(seconds(1357017300))), "2013-01-01T05:15:00Z");
  EXPECT_EQ(to_text(sys_seconds(seconds(0))), "1970-01-01T00:00:00Z");
}

}  // namespace
}  // namespace fusion::api
