#include "controllers/stages/flink_answers.h"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

/// What recorded_flink_rest/ tells, and what nobody should have answered.
namespace fusion::stages {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::SizeIs;

const FlinkVertex kSource{"cbc357ccb763df2852fee8c4fc7d55f2", 2};
const FlinkVertex kCount{"c27dcf7b54ef6bfd6cff02ca8870b681", 2};

std::string recorded(const std::string& name) {
  std::ifstream file(FUSION_SOURCE_DIR "/tests/unit/controllers/recorded_flink_rest/" + name + ".json");
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string tasks(const std::vector<std::string>& watermarks) {
  json list = json::array();
  for (const auto& watermark : watermarks)
    list.push_back({{"id", std::to_string(list.size()) + ".currentInputWatermark"}, {"value", watermark}});
  return list.dump();
}

JobProgress checkpoints(const std::string& answer) {
  JobProgress progress;
  read_checkpoints(answer, progress);
  return progress;
}

std::string failure(const std::string& message) {
  return json{{"latest", {{"failed", {{"id", 7}, {"failure_message", message}}}}}}.dump();
}

TEST(FlinkVertices, AreTheJobs) {
  EXPECT_THAT(read_vertices(recorded("job")).value(), ElementsAre(kSource, kCount));
}

TEST(FlinkVertices, ThatFinishedAreLeftOut) {
  auto job = json::parse(recorded("job"));
  job["vertices"][0]["status"] = "FINISHED";
  EXPECT_THAT(read_vertices(job.dump()).value(), ElementsAre(kCount));
}

TEST(FlinkVertices, AreNotReadWhereTheirIdsCouldLeadElsewhere) {
  auto job = json::parse(recorded("job"));
  for (const json& id :
       {json("../../../jars"), json(""), json(7), json("c27dcf7b54ef6bfd6cff02ca8870b68/")}) {
    job["vertices"][0]["id"] = id;
    EXPECT_EQ(read_vertices(job.dump()), std::nullopt) << id;
  }
}

TEST(FlinkVertices, AreNotReadWhereThereAreTooMany) {
  auto job = json::parse(recorded("job"));
  job["vertices"] = std::vector<json>(100, job["vertices"][0]);
  EXPECT_THAT(read_vertices(job.dump()).value(), SizeIs(100));
  job["vertices"].push_back(job["vertices"][0]);
  EXPECT_EQ(read_vertices(job.dump()), std::nullopt);
}

TEST(FlinkWatermark, IsTheLowestOfTheTasks) {
  EXPECT_EQ(read_watermark(recorded("watermarks"), kCount), 1'700'048'610'999);
  EXPECT_EQ(read_watermark(tasks({"2000", "1000"}), kCount), 1000);
  EXPECT_EQ(read_watermark(tasks({"-2000", "1000"}), kCount), -2000) << "before 1970";
}

TEST(FlinkWatermark, OfASourceIsNone) {
  EXPECT_EQ(read_watermark(recorded("watermarks_of_a_source"), kSource), kInputEnded);
}

TEST(FlinkWatermark, OfATaskWithoutInputLeftDoesNotCount) {
  EXPECT_EQ(read_watermark(tasks({"9223372036854775807", "1000"}), kCount), 1000);
}

TEST(FlinkWatermark, IsNotKnownWhileOneTaskHasNone) {
  EXPECT_EQ(read_watermark(tasks({"-9223372036854775808", "1000"}), kCount), kWatermarkUnknown);
  EXPECT_EQ(read_watermark(tasks({"1000"}), kCount), kWatermarkUnknown) << "the other has not reported";
  for (const auto* value : {"NaN", "", "1000x", "1e3", "99999999999999999999"})
    EXPECT_EQ(read_watermark(tasks({value, "1000"}), kCount), kWatermarkUnknown) << value;
}

TEST(FlinkCheckpoints, AreTheNewest) {
  const auto progress = checkpoints(recorded("checkpoints"));
  const std::chrono::sys_time<std::chrono::milliseconds> at(std::chrono::milliseconds(1'795'423'136'147));
  EXPECT_EQ(progress.completed, (CompletedCheckpoint{505, at, 530}));
  EXPECT_EQ(progress.failed, std::nullopt);
  EXPECT_EQ(progress.completed_checkpoints, 505);
  EXPECT_EQ(progress.failed_checkpoints, 2);
}

TEST(FlinkCheckpoints, TellWhyTheNewestFailed) {
  const auto progress = checkpoints(recorded("checkpoints_fail"));
  EXPECT_EQ(progress.completed->id, 5);
  EXPECT_EQ(
      progress.failed,
      (FailedCheckpoint{9, "An Exception occurred while triggering the checkpoint. IO-problem detected."}));
  EXPECT_EQ(progress.failed_checkpoints, 4);
}

TEST(FlinkCheckpoints, FailNoLongerOnceOneHasCompleted) {
  auto answer = json::parse(recorded("checkpoints_fail"));
  answer["latest"]["completed"]["id"] = 10;
  EXPECT_EQ(checkpoints(answer.dump()).failed, std::nullopt);
}

TEST(FlinkCheckpoints, DoNotFailWithASavepoint) {
  auto answer = json::parse(recorded("checkpoints_fail"));
  answer["latest"]["failed"]["is_savepoint"] = true;
  EXPECT_EQ(checkpoints(answer.dump()).failed, std::nullopt);
}

TEST(FlinkCheckpoints, AreNotKnownBeforeTheFirst) {
  const auto progress = checkpoints(recorded("checkpoints_none_yet"));
  EXPECT_EQ(progress.completed, std::nullopt);
  EXPECT_EQ(progress.failed, std::nullopt);
  EXPECT_EQ(progress.completed_checkpoints, 0);
}

TEST(FlinkCheckpoints, TellAReasonOfOneShortLine) {
  EXPECT_EQ(checkpoints(failure("a\r\nb\x1b[31m\xc2\x9b\x7f!")).failed->why, "a  b [31m   !");
  const auto bounded = checkpoints(failure(std::string(201, 'x'))).failed->why;
  EXPECT_EQ(bounded, std::string(197, 'x') + "...");
  EXPECT_EQ(checkpoints(failure(std::string(200, 'x'))).failed->why, std::string(200, 'x'));
}

TEST(FlinkAnswers, ThatAreNoneTellNothing) {
  for (const auto* answer :
       {"", "[", "7", "null", "<html>", "[[]]", R"({"vertices": {}, "latest": [], "counts": 7})",
        R"({"latest": {"completed": {"id": "1"}, "failed": {"id": 1.5}}})"}) {
    EXPECT_EQ(read_vertices(answer), std::nullopt) << answer;
    EXPECT_EQ(read_watermark(answer, {kCount.id, 1}), kWatermarkUnknown) << answer;
    EXPECT_EQ(checkpoints(answer), JobProgress{}) << answer;
  }
}

}  // namespace
}  // namespace fusion::stages
