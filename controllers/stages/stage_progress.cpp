#include "controllers/stages/stage_progress.h"

#include <algorithm>

#include "api/timestamp.h"
#include "controllers/bridges/lag.h"
#include "controllers/stages/render.h"

namespace fusion::stages {
namespace {

using std::chrono::milliseconds;
using std::chrono::sys_seconds;

std::optional<sys_seconds> watermark_of_job(const std::optional<JobProgress>& progress) {
  return progress && progress->watermark_ms ? api::instant_of(milliseconds(*progress->watermark_ms))
                                            : std::nullopt;
}

/// The same for one failure and for many in a row with the same cause, so that status is not written for
/// each.
std::string checkpoint_trouble(const std::optional<JobProgress>& progress) {
  if (!progress || !progress->failed) return {};
  std::string after;
  if (const auto& completed = progress->completed) {
    after = " after checkpoint " + std::to_string(completed->id);
    if (const auto at = api::instant_of(completed->at.time_since_epoch()))
      after += " of " + api::to_text(*at);
  }
  const auto& why = progress->failed->why;
  return "no checkpoint has completed" + after + ", and the newest has failed" +
         (why.empty() ? "" : " (" + why + ")") + ": what the job writes is committed once one completes";
}

std::optional<JobProgress> progress_of(const std::string& stage, const ObservedStages& observed) {
  const auto found = observed.progress.find(stage);
  return found == observed.progress.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::map<std::string, std::string> progress_urls(const api::FusionPipeline& pipeline,
                                                 const ObservedStages& observed) {
  std::map<std::string, std::string> urls;
  const auto add = [&](const std::string& stage, const ObservedWorkload* workload) {
    if (workload != nullptr && !workload->observation.progress_url.empty())
      urls[stage] = workload->observation.progress_url;
  };
  for (const auto& stage : pipeline.spec.stages) {
    if (stage.workload_template) {
      const auto child = child_name(pipeline, stage.name);
      add(stage.name, find_workload(observed, child, pipeline.metadata.uid));
    }
    const auto ref = observed.refs.find(stage.name);
    if (stage.workload_ref && ref != observed.refs.end() && ref->second) add(stage.name, &*ref->second);
  }
  return urls;
}

std::optional<std::int64_t> lag_records(const api::Stage& stage, const bridges::ObservedBridges& bridges) {
  std::optional<std::int64_t> lag;
  for (const auto& input : stage.inputs) {
    const auto group = bridges.groups.find(reader_name(stage.name, input.topic));
    if (group == bridges.groups.end()) return std::nullopt;
    // Without a commit it is not known where the job reads: it may keep its offsets to itself, as Spark does.
    const auto records = bridges::lag_records(group->second, api::StartFrom::kLatest);
    if (!records) return std::nullopt;
    lag = lag.value_or(0) + *records;
  }
  return lag;
}

std::optional<sys_seconds> watermark(const api::Stage& stage, const ObservedStages& observed,
                                     const bridges::ObservedBridges& bridges) {
  if (const auto of_job = watermark_of_job(progress_of(stage.name, observed))) return of_job;
  std::optional<sys_seconds> lowest;
  for (const auto& input : stage.inputs) {
    const auto group = bridges.groups.find(reader_name(stage.name, input.topic));
    if (group == bridges.groups.end()) continue;
    const auto of_group = bridges::watermark(group->second);
    if (of_group) lowest = std::min(lowest.value_or(*of_group), *of_group);
  }
  return lowest;
}

void report_progress(const api::Stage& stage, const StageContext& context, api::StageStatus& status) {
  const auto lag = lag_records(stage, context.inputs.bridges);
  if (lag) status.lag_records = bridges::bucketed(*lag);
  status.watermark = watermark(stage, context.observed, context.inputs.bridges);
  status.message = checkpoint_trouble(progress_of(stage.name, context.observed));
}

bool tell_the_same(const std::optional<JobProgress>& one, const std::optional<JobProgress>& other) {
  return watermark_of_job(one) == watermark_of_job(other) &&
         checkpoint_trouble(one) == checkpoint_trouble(other);
}

}  // namespace fusion::stages
