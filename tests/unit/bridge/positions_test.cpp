#include "bridge/positions.h"

#include <gmock/gmock.h>

namespace fusion::bridge {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Kind = StartFrom::Kind;

const StartFrom kEarliest{Kind::kEarliest, 0};

ObservedPositions flights(std::vector<ObservedPositions::Log> log,
                          std::map<std::int32_t, ObservedPositions::Committed> committed = {}) {
  return {"flights", "id-1", std::move(log), std::move(committed)};
}

std::map<std::int32_t, std::int64_t> offsets(const Positions& positions) {
  std::map<std::int32_t, std::int64_t> result;
  for (const auto& [partition, position] : positions) result[partition] = position.offset;
  return result;
}

std::map<std::int32_t, std::int64_t> first_offsets(const ObservedPositions& observed, StartFrom start_from) {
  const auto beginning = decide_beginning(observed, {0}, start_from);
  return offsets(std::get<CommitFirst>(beginning.value()).positions);
}

using Offsets = std::map<std::int32_t, std::int64_t>;

TEST(Positions, FirstRunCommitsAllPartitionsFromTheirLowEnd) {
  EXPECT_EQ(first_offsets(flights({{3, 10, {}}, {0, 5, {}}}), kEarliest), (Offsets{{0, 3}, {1, 0}}));
}

TEST(Positions, FirstRunFromLatestCommitsTheHighEnd) {
  EXPECT_EQ(first_offsets(flights({{3, 10, {}}, {0, 5, {}}}), {Kind::kLatest, 0}),
            (Offsets{{0, 10}, {1, 5}}));
}

TEST(Positions, FirstRunFromATimestampWithoutRecordsAfterItCommitsTheHighEnd) {
  EXPECT_EQ(first_offsets(flights({{3, 10, 4}, {0, 5, {}}}), {Kind::kTimestamp, 1'000}),
            (Offsets{{0, 4}, {1, 5}}));
}

TEST(Positions, FirstPositionsNameTheTopic) {
  const auto beginning = decide_beginning(flights({{0, 1, {}}}), {0}, kEarliest);
  EXPECT_EQ(std::get<CommitFirst>(*beginning).positions.at(0).progress.topic_id, "id-1");
}

TEST(Positions, WhoHasNotPartitionZeroWaitsForTheFirstPositions) {
  const auto beginning = decide_beginning(flights({{0, 1, {}}, {0, 1, {}}}), {1}, {Kind::kLatest, 0});
  EXPECT_TRUE(std::holds_alternative<AskAgain>(*beginning));
}

TEST(Positions, APartitionThatKafkaDoesNotListYetIsAskedForAgain) {
  const auto beginning = decide_beginning(flights({{0, 1, {}}}, {{0, {1, ""}}}), {0, 1}, kEarliest);
  EXPECT_TRUE(std::holds_alternative<AskAgain>(*beginning));
}

TEST(Positions, ResumesWithTheProgressOfTheCommit) {
  const auto beginning =
      decide_beginning(flights({{0, 10, {}}}, {{0, {7, contract::to_metadata({"id-1", 7, 70, 1'000})}}}), {0},
                       {Kind::kLatest, 0});
  EXPECT_EQ(std::get<CarryFrom>(*beginning).positions,
            (Positions{{0, {7, contract::Progress{"id-1", 7, 70, 1'000}}}}));
}

TEST(Positions, IdsWhoseRecordsAreGoneAreLost) {
  const auto resumed = [](std::int64_t low) {
    const auto beginning =
        decide_beginning(flights({{low, 90, {}}}, {{0, {80, "v1 topic=id-1 ws=40"}}}), {0}, kEarliest);
    return std::get<CarryFrom>(beginning.value()).positions.at(0).progress;
  };
  EXPECT_EQ(resumed(40).window_start, 40);
  EXPECT_FALSE(resumed(40).ids_are_lost);
  EXPECT_EQ(resumed(41).window_start, 41);
  EXPECT_TRUE(resumed(41).ids_are_lost);
}

TEST(Positions, PartitionsThatAppearLaterBeginAtZeroEvenWhenTheFirstRunBeganAtLatest) {
  const auto beginning =
      decide_beginning(flights({{0, 10, {}}, {0, 4, 2}}, {{0, {10, ""}}}), {1}, {Kind::kLatest, 0});
  EXPECT_EQ(offsets(std::get<CarryFrom>(*beginning).positions), (Offsets{{1, 0}}));
}

TEST(Positions, APartitionThatAppearedLaterAndLostRecordsStops) {
  const auto beginning =
      decide_beginning(flights({{0, 10, {}}, {2, 4, {}}}, {{0, {10, ""}}}), {1}, kEarliest);
  EXPECT_EQ(beginning.error().code, ExitCode::kPosition);
  EXPECT_THAT(beginning.error().message, HasSubstr("topic flights partition 1"));
}

TEST(Positions, StopsWhereRetentionHasPassedThePosition) {
  const auto beginning = decide_beginning(flights({{100, 200, {}}}, {{0, {40, ""}}}), {0}, kEarliest);
  EXPECT_EQ(beginning.error().code, ExitCode::kPosition);
  EXPECT_THAT(beginning.error().message,
              AllOf(HasSubstr("topic flights partition 0"), HasSubstr("committed offset is 40"),
                    HasSubstr("log holds 100 to 200"), HasSubstr("--reset-offsets")));
}

TEST(Positions, StopsWhereTheLogWasTruncated) {
  const auto beginning = decide_beginning(flights({{0, 30, {}}}, {{0, {40, ""}}}), {0}, kEarliest);
  EXPECT_EQ(beginning.error().code, ExitCode::kPosition);
}

TEST(Positions, BothEndsOfTheLogAreGoodPositions) {
  const auto beginning = decide_beginning(
      flights({{10, 30, {}}, {10, 30, {}}}, {{0, {10, ""}}, {1, {30, ""}}}), {0, 1}, kEarliest);
  EXPECT_EQ(offsets(std::get<CarryFrom>(*beginning).positions), (Offsets{{0, 10}, {1, 30}}));
}

TEST(Positions, OthersPartitionsStopNobody) {
  const auto beginning =
      decide_beginning(flights({{0, 30, {}}, {20, 30, {}}}, {{0, {5, ""}}, {1, {10, ""}}}), {0}, kEarliest);
  EXPECT_EQ(offsets(std::get<CarryFrom>(*beginning).positions), (Offsets{{0, 5}}));
}

TEST(Positions, AnOffsetSetByHandIsAccepted) {
  const auto beginning = decide_beginning(flights({{0, 30, {}}}, {{0, {5, ""}}}), {0}, kEarliest);
  EXPECT_EQ(std::get<CarryFrom>(*beginning).positions.at(0).progress.topic_id, "id-1");
}

TEST(Positions, StopsAtPositionsOfAnotherTopicOfThatName) {
  const auto beginning = decide_beginning(
      flights({{0, 30, {}}}, {{0, {5, contract::to_metadata({"id-0", 0, 0, std::nullopt})}}}), {0},
      kEarliest);
  EXPECT_EQ(beginning.error().code, ExitCode::kTopic);
  EXPECT_THAT(beginning.error().message, AllOf(HasSubstr("id-0"), HasSubstr("id-1"), HasSubstr("flights-0")));
}

TEST(Positions, StopsAtMetadataOfANewerVersion) {
  const auto beginning = decide_beginning(flights({{0, 30, {}}}, {{0, {5, "v9 what=ever"}}}), {0}, kEarliest);
  EXPECT_EQ(beginning.error().code, ExitCode::kPosition);
}

TEST(Positions, AnswersOlderThanWhatThisProcessHasCommittedAreNotTrusted) {
  const auto observed = flights({{0, 10, {}}, {0, 10, {}}}, {{0, {7, ""}}, {1, {5, ""}}});
  EXPECT_EQ(partition_behind(observed, {}), std::nullopt);
  EXPECT_EQ(partition_behind(observed, {{0, 7}, {1, 4}}), std::nullopt) << "others may have gone on";
  EXPECT_EQ(partition_behind(observed, {{0, 7}, {1, 6}}), 1);
  EXPECT_EQ(partition_behind(flights({{0, 10, {}}}), {{0, 7}}), 0) << "no positions at all";
}

TEST(Positions, KnowsTheWordsOfTheConfiguration) {
  EXPECT_EQ(StartFrom::parse("Earliest", 5)->kind, Kind::kEarliest);
  EXPECT_EQ(StartFrom::parse("Latest", 5)->kind, Kind::kLatest);
  EXPECT_EQ(StartFrom::parse("Timestamp", 5)->timestamp_ms, 5);
  EXPECT_EQ(StartFrom::parse("Newest", 5).error().code, ExitCode::kConfig);
}

}  // namespace
}  // namespace fusion::bridge
