#include "controllers/stages/observe_progress.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "controllers/stages/flink_answers.h"

namespace fusion::stages {
namespace {

std::optional<std::int64_t> lowest_of(const std::vector<FlinkVertex>& vertices,
                                      const std::vector<std::optional<std::string>>& answers) {
  std::int64_t lowest = kInputEnded;
  for (std::size_t i = 0; i < vertices.size(); ++i) {
    lowest = std::min(lowest, answers[i] ? read_watermark(*answers[i], vertices[i]) : kWatermarkUnknown);
  }
  if (lowest == kWatermarkUnknown || lowest == kInputEnded) return std::nullopt;
  return lowest;
}

}  // namespace

tl::expected<JobProgress, std::string> observe_progress(flink::RestApi& api, const std::string& url,
                                                        std::stop_token stop) {
  const auto job = api.get(url, {"", "/checkpoints"}, stop);
  if (!job) return tl::unexpected(job.error());
  if (!job->at(0)) return tl::unexpected(url + ": Flink does not know the job");
  JobProgress progress;
  // Without checkpoints Flink answers 404.
  if (job->at(1)) read_checkpoints(*job->at(1), progress);
  const auto vertices = read_vertices(*job->at(0));
  if (!vertices || vertices->empty()) return progress;
  std::vector<std::string> paths;
  for (const auto& vertex : *vertices) paths.push_back("/vertices/" + vertex.id + "/watermarks");
  const auto watermarks = api.get(url, paths, stop);
  if (!watermarks) return tl::unexpected(watermarks.error());
  progress.watermark_ms = lowest_of(*vertices, *watermarks);
  return progress;
}

}  // namespace fusion::stages
