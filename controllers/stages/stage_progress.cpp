#include "controllers/stages/stage_progress.h"

#include <algorithm>

#include "controllers/bridges/lag.h"

namespace fusion::stages {
namespace {

/// What the stage's groups have yet to read, bucketed; unset: not known of one of them.
std::optional<std::int64_t> lag_of(const api::Stage& stage, const bridges::ObservedBridges& bridges) {
  std::optional<std::int64_t> lag;
  for (const auto& input : stage.inputs) {
    const auto group = bridges.groups.find(reader_name(stage.name, input.topic));
    if (group == bridges.groups.end()) return std::nullopt;
    // Without a commit it is not known where the job reads: it may keep its offsets to itself, as Spark does.
    const auto records = bridges::lag_records(group->second, api::StartFrom::kLatest);
    if (!records) return std::nullopt;
    lag = lag.value_or(0) + *records;
  }
  return lag ? std::optional(bridges::bucketed(*lag)) : std::nullopt;
}

std::optional<std::chrono::sys_seconds> watermark_of(const api::Stage& stage,
                                                     const bridges::ObservedBridges& bridges) {
  std::optional<std::chrono::sys_seconds> lowest;
  for (const auto& input : stage.inputs) {
    const auto group = bridges.groups.find(reader_name(stage.name, input.topic));
    if (group == bridges.groups.end()) continue;
    const auto watermark = bridges::watermark(group->second);
    if (watermark) lowest = std::min(lowest.value_or(*watermark), *watermark);
  }
  return lowest;
}

}  // namespace

void report_progress(const api::Stage& stage, const StageContext& context, api::StageStatus& status) {
  status.lag_records = lag_of(stage, context.inputs.bridges);
  status.watermark = watermark_of(stage, context.inputs.bridges);
}

}  // namespace fusion::stages
