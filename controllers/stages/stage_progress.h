#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "controllers/stages/stage_decision.h"

namespace fusion::stages {

/// By stage, where the job of each tells how far it has come (Observation::progress_url); those that tell it
/// nowhere are left out.
std::map<std::string, std::string> progress_urls(const api::FusionPipeline& pipeline,
                                                 const ObservedStages& observed);

/// What the stage's groups have yet to read; unset: not known of one of them.
std::optional<std::int64_t> lag_records(const api::Stage& stage, const bridges::ObservedBridges& bridges);

/// The event time up to which the stage has come; unset: not known.
///
/// Its engine's word, and without that what the metadata of its groups' commits says (contract/progress.h):
/// the lowest of those that are known. A query has one watermark for all of its inputs, so that an input
/// whose commits carry none does not make it unknown.
std::optional<std::chrono::sys_seconds> watermark(const api::Stage& stage, const ObservedStages& observed,
                                                  const bridges::ObservedBridges& bridges);

/// Adds to a stage's status how far it has come, and that its checkpoints fail.
void report_progress(const api::Stage& stage, const StageContext& context, api::StageStatus& status);

/// Whether a status tells the same of both.
bool tell_the_same(const std::optional<JobProgress>& one, const std::optional<JobProgress>& other);

}  // namespace fusion::stages
