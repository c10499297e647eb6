#include "controllers/stages/observe_progress.h"

#include <gmock/gmock.h>

#include <map>

namespace fusion::stages {
namespace {

using ::testing::HasSubstr;

constexpr char kUrl[] = "http://count-rest.shop.svc:8081/jobs/e44b55aa3ee145d086340d4f1a2d5876";
constexpr char kSource[] = "cbc357ccb763df2852fee8c4fc7d55f2";
constexpr char kCount[] = "c27dcf7b54ef6bfd6cff02ca8870b681";

/// Answers by path; what it does not have is a 404.
class FakeFlink final : public flink::RestApi {
 public:
  tl::expected<std::vector<std::optional<std::string>>, std::string> get(
      const std::string& url, const std::vector<std::string>& paths, std::stop_token) override {
    EXPECT_EQ(url, kUrl);
    std::vector<std::optional<std::string>> bodies;
    for (const auto& path : paths) {
      if (path == broken) return tl::unexpected<std::string>("the connection broke");
      const auto found = answers.find(path);
      bodies.push_back(found == answers.end() ? std::nullopt : std::optional(found->second));
    }
    return bodies;
  }

  std::map<std::string, std::string> answers;
  std::string broken = "none";
};

std::string watermarks_of(const std::string& vertex) { return "/vertices/" + vertex + "/watermarks"; }

FakeFlink a_job() {
  FakeFlink flink;
  flink.answers[""] = R"({"vertices": [{"id": ")" + std::string(kSource) + R"(", "parallelism": 1},
                                       {"id": ")" +
                      std::string(kCount) + R"(", "parallelism": 1}]})";
  flink.answers["/checkpoints"] = R"({"counts": {"completed": 3, "failed": 0}})";
  flink.answers[watermarks_of(kSource)] = "[]";
  flink.answers[watermarks_of(kCount)] = R"([{"id": "0.currentInputWatermark", "value": "1000"}])";
  return flink;
}

tl::expected<JobProgress, std::string> observed(FakeFlink flink) { return observe_progress(flink, kUrl, {}); }

TEST(ObserveProgress, PutsTheAnswersTogether) {
  EXPECT_EQ(observed(a_job()),
            (JobProgress{.watermark_ms = 1000, .completed_checkpoints = 3, .failed_checkpoints = 0}));
}

TEST(ObserveProgress, KnowsTheWatermarkOfAJobWithoutCheckpoints) {
  auto flink = a_job();
  flink.answers.erase("/checkpoints");
  EXPECT_EQ(observed(flink), JobProgress{.watermark_ms = 1000});
}

TEST(ObserveProgress, KnowsNoWatermarkWithoutThatOfEveryVertex) {
  auto flink = a_job();
  flink.answers.erase(watermarks_of(kSource));
  EXPECT_EQ(observed(flink)->watermark_ms, std::nullopt);
  flink.answers[watermarks_of(kSource)] = R"([{"value": "-9223372036854775808"}])";
  EXPECT_EQ(observed(flink)->watermark_ms, std::nullopt);
  flink.answers[watermarks_of(kSource)] = R"([{"value": "999"}])";
  EXPECT_EQ(observed(flink)->watermark_ms, 999);
}

TEST(ObserveProgress, KnowsNoWatermarkOfSourcesAlone) {
  auto flink = a_job();
  flink.answers[watermarks_of(kCount)] = "[]";
  EXPECT_EQ(observed(flink)->watermark_ms, std::nullopt);
}

TEST(ObserveProgress, FailsWhereTheJobIsNotKnownOrDoesNotAnswer) {
  auto flink = a_job();
  flink.answers.erase("");
  EXPECT_THAT(observed(flink).error(), HasSubstr("does not know the job"));
  flink = a_job();
  flink.broken = "/checkpoints";
  EXPECT_EQ(observed(flink).error(), "the connection broke");
  flink.broken = watermarks_of(kCount);
  EXPECT_EQ(observed(flink).error(), "the connection broke");
}

}  // namespace
}  // namespace fusion::stages
