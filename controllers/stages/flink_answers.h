#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controllers/stages/job_progress.h"

namespace fusion::stages {

// Reads answers of Flink's REST API (JobDetailsInfo, SubtaskWatermarks and CheckpointingStatistics of
// https://nightlies.apache.org/flink/flink-docs-release-1.18/docs/ops/rest_api/). Anybody may have written
// them: what is not as it should be is as if it were not there. Pure.

struct FlinkVertex {
  std::string id;  ///< 32 hexadecimal digits
  std::int64_t parallelism = 0;
  bool operator==(const FlinkVertex&) const = default;
};

/// Whether this is an id of Flink's: 32 hexadecimal digits.
bool is_flink_id(std::string_view text);

/// The vertices that have not finished, of `/jobs/<id>`; unset: they cannot be read, or are more than 100.
std::optional<std::vector<FlinkVertex>> read_vertices(std::string_view answer);

/// What tasks say of their watermark when they have none, as Flink does.
inline constexpr std::int64_t kWatermarkUnknown = INT64_MIN;
inline constexpr std::int64_t kInputEnded = INT64_MAX;

/// The lowest watermark of a vertex's tasks, of `/jobs/<id>/vertices/<id>/watermarks`: kInputEnded also for
/// sources, which report none, and kWatermarkUnknown also while not all of the tasks have reported.
std::int64_t read_watermark(std::string_view answer, const FlinkVertex& vertex);

/// Adds what `/jobs/<id>/checkpoints` says. A savepoint that failed is no failed checkpoint.
void read_checkpoints(std::string_view answer, JobProgress& progress);

}  // namespace fusion::stages
