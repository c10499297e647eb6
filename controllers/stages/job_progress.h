#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace fusion::stages {

struct CompletedCheckpoint {
  std::int64_t id = 0;
  std::chrono::sys_time<std::chrono::milliseconds> at{};
  std::int64_t state_bytes = 0;
  bool operator==(const CompletedCheckpoint&) const = default;
};

struct FailedCheckpoint {
  std::int64_t id = 0;
  std::string why = {};  ///< one line of printable ASCII, at most 200 characters; empty: not told
  bool operator==(const FailedCheckpoint&) const = default;
};

/// How far a job of an engine has come, in its engine's own words. What is not known is unset.
struct JobProgress {
  std::optional<std::int64_t> watermark_ms = {};           ///< the lowest of all its tasks, since the epoch
  std::optional<CompletedCheckpoint> completed = {};       ///< the newest
  std::optional<FailedCheckpoint> failed = {};             ///< the newest, if none has completed after it
  std::optional<std::int64_t> completed_checkpoints = {};  ///< since the job's master started
  std::optional<std::int64_t> failed_checkpoints = {};     ///< likewise
  bool operator==(const JobProgress&) const = default;
};

}  // namespace fusion::stages
