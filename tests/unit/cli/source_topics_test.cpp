#include "cli/source_topics.h"

#include <gmock/gmock.h>

#include "tests/unit/cli/letters.h"

namespace fusion::cli {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kNow_ms = 1'700'000'100'000;

TEST(Obstacle, IsNoneForALetterThatFits) {
  EXPECT_EQ(obstacle(as_it_is(a_letter()), {"orders", 4, 100'000}, kNow_ms), std::nullopt);
  EXPECT_EQ(obstacle(as_it_is(a_letter()), {"orders", 4, std::nullopt}, INT64_MAX), std::nullopt);
  auto anywhere = as_it_is(a_letter());
  anywhere.partition.reset();
  EXPECT_EQ(obstacle(anywhere, {"orders", 1, std::nullopt}, kNow_ms), std::nullopt);
}

TEST(Obstacle, IsAPartitionThatIsNotThere) {
  EXPECT_THAT(obstacle(as_it_is(a_letter()), {"orders", 3, std::nullopt}, kNow_ms).value(),
              HasSubstr("belongs into partition 3 of topic orders, which has 3 of them"));
}

TEST(Obstacle, IsATimeThatWouldNotLast) {
  EXPECT_THAT(obstacle(as_it_is(a_letter()), {"orders", 4, 99'999}, kNow_ms).value(),
              HasSubstr("older than retention.ms (99999) of topic orders"));
}

TEST(Obstacle, IsATimeThatCannotBeWritten) {
  auto request = as_it_is(a_letter());
  for (const int timestamp_ms : {0, -1}) {
    request.timestamp_ms = timestamp_ms;
    EXPECT_THAT(obstacle(request, {"orders", 4, std::nullopt}, kNow_ms).value(),
                HasSubstr("has the time " + std::to_string(timestamp_ms) + " ms"));
  }
}

}  // namespace
}  // namespace fusion::cli
