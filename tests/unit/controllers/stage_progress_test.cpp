#include "controllers/stages/stage_progress.h"

#include <gmock/gmock.h>

#include "tests/unit/controllers/stage_world.h"

/// What is told of how far stages have come.
namespace fusion::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

TEST(StageProgress, TellWhatTheyHaveYetToRead) {
  auto world = at_rest(of(kFlink));
  EXPECT_EQ(world.plan().status.stages[0].lag_records, std::nullopt) << "nothing is committed";
  auto& partition = world.groups["0a1b2c3d/shop/orders/stages/count"].partitions[0];
  partition.end_offset = 15;
  EXPECT_EQ(world.plan().status.stages[0].lag_records, std::nullopt) << "it may keep its offsets to itself";
  partition.committed = 10;
  EXPECT_EQ(world.plan().status.stages[0].lag_records, 5);
}

TEST(StageProgress, TellTheLowestWatermarkThatTheirCommitsCarry) {
  auto stage = kFlink;
  stage.inputs.push_back({.topic = "more", .group = "other"});
  auto world = at_rest(of(stage));
  EXPECT_EQ(world.plan().status.stages[0].watermark, std::nullopt) << "nothing is committed";
  auto& partitions = world.groups["0a1b2c3d/shop/orders/stages/count"].partitions;
  partitions[0].progress = contract::Progress{};
  EXPECT_EQ(world.plan().status.stages[0].watermark, std::nullopt) << "the commit carries none";
  using std::chrono::seconds, std::chrono::sys_seconds;
  partitions[0].progress->watermark_ms = 1'700'000'020'500;
  EXPECT_EQ(world.plan().status.stages[0].watermark, sys_seconds(seconds(1'700'000'020)))
      << "of the other input none is known";
  world.groups["other"].partitions[0].progress =
      contract::Progress{.topic_id = {}, .watermark_ms = 1'700'000'009'999};
  EXPECT_EQ(world.plan().status.stages[0].watermark, sys_seconds(seconds(1'700'000'009)));
}

TEST(StageProgress, TellTheWatermarkThatTheirEngineTells) {
  using std::chrono::seconds, std::chrono::sys_seconds;
  auto world = at_rest(of(kFlink));
  world.groups["0a1b2c3d/shop/orders/stages/count"].partitions[0].progress =
      contract::Progress{.topic_id = {}, .watermark_ms = 1'700'000'000'000};
  world.progress["count"].watermark_ms = 1'700'000'030'999;
  EXPECT_EQ(world.plan().status.stages[0].watermark, sys_seconds(seconds(1'700'000'030)));
  world.progress["count"].watermark_ms = std::nullopt;
  EXPECT_EQ(world.plan().status.stages[0].watermark, sys_seconds(seconds(1'700'000'000)))
      << "its commits know one";
  world.groups.clear();
  EXPECT_EQ(world.plan().status.stages[0].watermark, std::nullopt);
}

TEST(StageProgress, TellNoWatermarkThatIsNoDate) {
  auto world = at_rest(of(kFlink));
  for (const auto watermark_ms : {INT64_MIN, INT64_MAX, std::int64_t{253'402'300'800'000}}) {
    world.progress["count"].watermark_ms = watermark_ms;
    EXPECT_EQ(world.plan().status.stages[0].watermark, std::nullopt) << watermark_ms;
  }
  world.progress["count"].watermark_ms = 253'402'300'799'999;
  EXPECT_NE(world.plan().status.stages[0].watermark, std::nullopt) << "the end of 9999";
}

TEST(StageProgress, AreWellButSayThatTheirCheckpointsFail) {
  using std::chrono::milliseconds, std::chrono::sys_time;
  auto world = at_rest(of(kFlink));
  auto& progress = world.progress["count"];
  progress.completed = {5, sys_time<milliseconds>(milliseconds(1'700'000'000'500)), 530};
  EXPECT_FALSE(world.reconcile()) << "checkpoints go on for ever";

  progress.failed = {7, "IO-problem detected."};
  const auto plan = world.plan();
  EXPECT_EQ(
      plan.status.stages[0].message,
      "no checkpoint has completed after checkpoint 5 of 2023-11-14T22:13:20Z, and the newest has failed "
      "(IO-problem detected.): what the job writes is committed once one completes");
  EXPECT_EQ(stages_ready(plan.status).status, api::ConditionStatus::kTrue);

  world.converge();
  progress.failed = {8, "IO-problem detected."};
  EXPECT_FALSE(world.reconcile()) << "another one says nothing new";

  progress.completed.reset();
  progress.failed->why.clear();
  EXPECT_EQ(
      world.plan().status.stages[0].message,
      "no checkpoint has completed, and the newest has failed: what the job writes is committed once one "
      "completes");
}

TEST(StageProgress, AreAskedForTheirProgressWhileTheyRun) {
  auto world = at_rest(of(kFlink));
  auto& workload = world.workload("count");
  workload["metadata"]["namespace"] = "shop";
  workload["status"]["jobStatus"]["jobId"] = "e44b55aa3ee145d086340d4f1a2d5876";
  const auto url = "http://" + workload["metadata"]["name"].get<std::string>() +
                   "-rest.shop.svc:8081/jobs/e44b55aa3ee145d086340d4f1a2d5876";
  EXPECT_THAT(stages::progress_urls(world.pipeline, world.observe().stages), ElementsAre(Pair("count", url)));
  workload["metadata"]["ownerReferences"][0]["uid"] = "somebody else's";
  EXPECT_THAT(stages::progress_urls(world.pipeline, world.observe().stages), IsEmpty());
}

}  // namespace
}  // namespace fusion::test
