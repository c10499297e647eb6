#include "api/duration.h"

#include <gtest/gtest.h>

namespace fusion::api {
namespace {

using std::chrono::milliseconds;

TEST(Duration, ReadsSumsOfUnits) {
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("2s"), milliseconds(2'000));
  EXPECT_EQ(parse_duration("1h30m2s5ms"), milliseconds(5'402'005));
  EXPECT_EQ(parse_duration("0s"), milliseconds(0));
  EXPECT_EQ(parse_duration("999999h999999h1h"), milliseconds(7'200'000'000'000 - 7'200'000 + 3'600'000));
}

TEST(Duration, RefusesAnythingElse) {
  for (const auto* text :
       {"", "5", "s", "1.5s", "-1s", "1d", "1 s", "s1", "1000000s", "1s1s1s1s1s1s1s1s1s", "500MS"}) {
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
  }
}

TEST(Duration, WritesWhatItReads) {
  for (const auto* text : {"500ms", "2s", "1m30s", "1h5ms", "0s"})
    EXPECT_EQ(to_text(*parse_duration(text)), text);
  EXPECT_EQ(to_text(milliseconds(1'500)), "1s500ms");
}

}  // namespace
}  // namespace fusion::api
