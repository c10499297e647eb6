#include "cli/offset_ranges.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace fusion::cli {
namespace {

TEST(OffsetRanges, AreWrittenShort) {
  OffsetRanges ranges;
  EXPECT_EQ(ranges.to_text(), "");
  for (const int offset : {5, 3, 9, 4, 4}) ranges.add(offset);
  EXPECT_EQ(ranges.to_text(), "3-5,9");
  ranges.add(0, 20);
  EXPECT_EQ(ranges.to_text(), "0-20");
}

TEST(OffsetRanges, AreASet) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    OffsetRanges ranges;
    std::set<std::int64_t> model;
    for (int i = 0; i < 20; ++i) {
      const std::int64_t first = random() % 60;
      const std::int64_t last = first + random() % 6;
      ranges.add(first, last);
      for (auto offset = first; offset <= last; ++offset) model.insert(offset);
      for (std::int64_t offset = -1; offset < 70; ++offset)
        ASSERT_EQ(ranges.contains(offset), model.contains(offset)) << ranges.to_text() << " " << offset;
    }
    // The same set, made in another way, has the same text.
    OffsetRanges again;
    for (const auto offset : model) again.add(offset);
    EXPECT_EQ(again, ranges);
    EXPECT_EQ(OffsetRanges::parse(ranges.to_text()).value(), ranges);
  }
}

TEST(OffsetRanges, AreRefusedWhereTheyAreNone) {
  EXPECT_EQ(OffsetRanges::parse("5-3").error(), "\"5-3\" is no range of offsets");
  for (const auto& text : {"x", "-1", "1-", "1,,2", "1 ", "9223372036854775807", "1-2-3", ",1"})
    EXPECT_FALSE(OffsetRanges::parse(text)) << text;
  EXPECT_EQ(OffsetRanges::parse("7,1-3,2-5")->to_text(), "1-5,7");
}

}  // namespace
}  // namespace fusion::cli
