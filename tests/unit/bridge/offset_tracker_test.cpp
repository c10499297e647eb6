#include "bridge/offset_tracker.h"

#include <gmock/gmock.h>

namespace fusion::bridge {
namespace {

using testing::IsEmpty;

Position at(std::int64_t offset, contract::Progress progress = {}) { return {offset, std::move(progress)}; }

TEST(OffsetTracker, StagesWhatWasCarried) {
  OffsetTracker tracker;
  tracker.assign({{2, at(10, {.topic_id = "t", .records = 5, .bytes = 50, .watermark_ms = 1'000})}});

  tracker.carried(2, 10, 7, 900);
  tracker.carried(2, 14, 3, 1'200);

  EXPECT_EQ(tracker.staged(), (Positions{{2, at(15, {"t", 7, 60, 1'200})}}));
  EXPECT_EQ(tracker.committed(), (Positions{{2, at(10, {"t", 5, 50, 1'000})}}));
}

TEST(OffsetTracker, RemembersTheLastRecordWithoutAKey) {
  OffsetTracker tracker;
  tracker.assign({{0, at(0)}});
  tracker.carried(0, 0, 4, 1);
  tracker.had_no_key(0, 0);
  tracker.carried(0, 1, 4, 1);
  EXPECT_EQ(tracker.staged().at(0).progress.last_without_key, 0);
  EXPECT_EQ(tracker.committed().at(0).progress.last_without_key, std::nullopt);

  tracker.commit();
  tracker.carried(0, 2, 4, 1);
  EXPECT_EQ(tracker.staged().at(0).progress.last_without_key, 0);
}

TEST(OffsetTracker, TakesEffectByCommitAlone) {
  OffsetTracker tracker;
  tracker.assign({{0, at(0)}, {1, at(0)}});
  tracker.carried(0, 0, 4, 1);
  tracker.carried(1, 0, 5, 1);

  const auto carried = tracker.commit();

  EXPECT_EQ(carried.records, 2);
  EXPECT_EQ(carried.bytes, 9);
  EXPECT_EQ(tracker.committed().at(0).offset, 1);
  EXPECT_FALSE(tracker.has_staged());
  EXPECT_THAT(tracker.staged(), IsEmpty());
}

TEST(OffsetTracker, ForgetsWhatWasStagedWhenPositionsAreReadAgain) {
  OffsetTracker tracker;
  const Positions committed{{0, at(3, {"t", 3, 0, std::nullopt})}};
  tracker.assign(committed);
  tracker.carried(0, 3, 1, 1);

  tracker.assign(committed);

  EXPECT_FALSE(tracker.has_staged());
  EXPECT_EQ(tracker.next_offset(0), 3);
  EXPECT_EQ(tracker.commit().records, 0);
}

TEST(OffsetTracker, CommitsTheEndOfThePartitionBeyondTheLastRecord) {
  OffsetTracker tracker;
  tracker.assign({{0, at(0)}});
  tracker.carried(0, 0, 1, 1);
  tracker.reached_end(0, 2);  // a transaction marker at 1
  EXPECT_EQ(tracker.staged().at(0).offset, 2);
  EXPECT_EQ(tracker.staged().at(0).progress.records, 1);
}

TEST(OffsetTracker, RestsAtTheEnd) {
  OffsetTracker tracker;
  tracker.assign({{0, at(7)}});
  tracker.reached_end(0, 7);
  EXPECT_FALSE(tracker.has_staged());
  tracker.reached_end(0, 5);
  EXPECT_EQ(tracker.next_offset(0), 7);
}

TEST(OffsetTracker, FollowsAssignedPartitionsOnly) {
  OffsetTracker tracker;
  tracker.assign({{1, at(0)}, {3, at(0)}});
  EXPECT_TRUE(tracker.follows(1));
  EXPECT_FALSE(tracker.follows(0));
  EXPECT_FALSE(tracker.follows(2));
  EXPECT_FALSE(tracker.follows(4));
  tracker.assign({});
  EXPECT_FALSE(tracker.follows(1));
}

TEST(OffsetTracker, KeepsANegativeWatermarkIfThereIsNoOther) {
  OffsetTracker tracker;
  tracker.assign({{0, at(0)}});
  tracker.carried(0, 0, 1, -5);
  EXPECT_EQ(tracker.staged().at(0).progress.watermark_ms, -5);
}

}  // namespace
}  // namespace fusion::bridge
