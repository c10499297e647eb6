#include "contract/progress.h"

#include <gtest/gtest.h>

namespace fusion::contract {
namespace {

std::string error_of(std::string_view metadata) {
  const auto progress = parse_metadata(metadata);
  return progress ? "none" : progress.error();
}

Progress with_window(std::int64_t start, bool is_short, std::int64_t era) {
  Progress progress{"id", 10, 900, 5};
  progress.window_start = start;
  progress.window_is_short = is_short;
  progress.window_era = era;
  return progress;
}

TEST(Progress, RoundTrips) {
  for (const Progress& progress : {Progress{"q3Fj0A", 336776, 99'000'000'000, 1357017300000},
                                   Progress{"id", 0, 0, {}}, Progress{"id", INT64_MAX, INT64_MAX, INT64_MIN},
                                   Progress{}, with_window(7, true, 8), with_window(0, false, INT64_MAX)}) {
    EXPECT_EQ(parse_metadata(to_metadata(progress)).value(), progress) << to_metadata(progress);
  }
}

TEST(Progress, IsWrittenAsDocumented) {
  EXPECT_EQ(to_metadata({"q3Fj0A", 12, 345, 1357017300000}),
            "v1 topic=q3Fj0A records=12 bytes=345 wm=1357017300000");
  EXPECT_EQ(to_metadata({"q3Fj0A", 12, 345, 6, 2, 4, 99, true}),
            "v1 topic=q3Fj0A records=12 bytes=345 wm=6 dup=2 dead=4 ws=99 short=1");
  EXPECT_EQ(to_metadata({"q3Fj0A", 0, 0, {}}), "v1 topic=q3Fj0A records=0 bytes=0");
}

TEST(Progress, NamesTheWindowOfIds) {
  EXPECT_EQ(to_metadata(with_window(99, true, 77)),
            "v1 topic=id records=10 bytes=900 wm=5 ws=99 short=1 era=77");
}

TEST(Progress, NamesTheLastRecordWithoutAKey) {
  auto progress = with_window(99, false, 77);
  progress.last_without_key = 0;
  EXPECT_EQ(to_metadata(progress), "v1 topic=id records=10 bytes=900 wm=5 ws=99 era=77 nokey=0");
  EXPECT_EQ(parse_metadata(to_metadata(progress)).value(), progress);
}

TEST(Progress, TellsThatIdsAreLost) {
  auto progress = with_window(99, false, 77);
  progress.ids_are_lost = true;
  EXPECT_EQ(to_metadata(progress), "v1 topic=id records=10 bytes=900 wm=5 ws=99 era=77 lost=1");
  EXPECT_EQ(parse_metadata(to_metadata(progress)).value(), progress);
}

TEST(Progress, IsEmptyForAnOffsetThatSomethingElseCommitted) {
  EXPECT_EQ(parse_metadata("").value(), Progress{});
}

TEST(Progress, IgnoresWhatALaterWriterAdds) {
  EXPECT_EQ(parse_metadata("v1 records=5 window=17 topic=id").value(), (Progress{"id", 5, 0, {}}));
}

TEST(Progress, RefusesForeignOrNewerFormats) {
  EXPECT_EQ(error_of("v2 records=5"),
            "offset metadata: is not of version 1, so something else or a newer version committed it: \"v2 "
            "records=5\"");
  EXPECT_NE(error_of("{\"flink\": 1}"), "none");
  EXPECT_NE(error_of("v10"), "none");
  EXPECT_NE(error_of(" v1"), "none");
}

TEST(Progress, RefusesWhatItCannotRead) {
  for (const auto* metadata :
       {"v1 records=", "v1 records=x", "v1 records=-1", "v1 bytes=1.5", "v1 wm=", "v1 records", "v1 =5",
        "v1 topic=", "v1  records=5", "v1 records=99999999999999999999"}) {
    EXPECT_NE(error_of(metadata).find("is not what version 1 has there"), std::string::npos) << metadata;
  }
  EXPECT_EQ(error_of("v1 x=" + std::string(4096, 'x')), "offset metadata: is longer than 4096 bytes");
}

}  // namespace
}  // namespace fusion::contract
