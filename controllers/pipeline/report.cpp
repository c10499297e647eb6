#include "controllers/pipeline/report.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "api/status_json.h"

namespace fusion::pipeline {
namespace {

api::Status without_progress(api::Status status) {
  for (auto& stage : status.stages) {
    stage.lag_records.reset();
    stage.watermark.reset();
  }
  for (auto& bridge : status.bridges) {
    bridge.lag_records.reset();
    bridge.lag_seconds.reset();
    bridge.records.reset();
    bridge.records_per_second.reset();
    bridge.duplicates.reset();
    bridge.watermark.reset();
    bridge.skew_seconds.reset();
  }
  status.lag.clear();
  status.skew.clear();
  return status;
}

}  // namespace

std::optional<Report> report(const api::Status& current, api::Status next, std::chrono::sys_seconds now) {
  Report result{api::merge_status(current, std::move(next), now), false};
  if (result.status == current) return std::nullopt;
  result.progress_only = without_progress(result.status) == without_progress(current);
  return result;
}

nlohmann::json status_patch(const api::Status& current, const api::Status& next) {
  nlohmann::json patch = api::to_json(next);
  const nlohmann::json before = api::to_json(current);
  for (const auto& [key, value] : before.items()) {
    if (!patch.contains(key)) patch[key] = nullptr;
  }
  return patch;
}

}  // namespace fusion::pipeline
