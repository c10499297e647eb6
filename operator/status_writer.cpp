#include "operator/status_writer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "controllers/pipeline/report.h"
#include "kube/event.h"

namespace fusion::op {

StatusWriter::Result StatusWriter::write(const api::FusionPipeline& pipeline, api::Status next,
                                         const std::vector<pipeline::Event>& events, PipelineMemory& memory,
                                         WakeUp& wake_up, const Log& log) const {
  const auto& metadata = pipeline.metadata;
  const auto report = pipeline::report(pipeline.status, std::move(next),
                                       std::chrono::floor<std::chrono::seconds>(env_.wall()));
  if (!report) return Result::kUnchanged;
  const auto now = env_.steady();
  if (report->progress_only && memory.status_written_at) {
    const auto interval = env_.status_pacer.progress_interval(env_.status_interval, env_.cluster.pipelines());
    const auto passed = now - *memory.status_written_at;
    if (passed < interval) {
      wake_up.after(std::chrono::ceil<std::chrono::milliseconds>(interval - passed));
      return Result::kLater;
    }
  }
  if (const auto wait = env_.status_pacer.ask(now); wait.count() > 0) {
    wake_up.after(wait);
    return Result::kLater;
  }
  const auto answer = env_.api.patch_status(
      kube::resources::fusion_pipelines(), {metadata.namespace_name, metadata.name},
      metadata.resource_version, pipeline::status_patch(pipeline.status, report->status));
  if (!answer) {
    if (answer.error().reason == kube::Reason::Conflict) {
      log.debug("status not written: the pipeline has changed meanwhile");
      return Result::kConflict;
    }
    log.warning("status not written", {{"error", answer.error().message}});
    return Result::kFailed;
  }
  memory.status_written_at = now;
  memory.own_writes.wrote_pipeline(metadata.resource_version, project_pipeline(*answer));
  log.debug("status written", {{"progress_only", report->progress_only ? "true" : "false"}});
  tell(pipeline, events, log);
  return Result::kWritten;
}

void StatusWriter::tell(const api::FusionPipeline& pipeline, const std::vector<pipeline::Event>& events,
                        const Log& log) const {
  for (const auto& event : events) {
    log.info("event", {{"reason", event.reason}, {"message", event.message}});
    kube::Event told;
    told.type = event.warning ? kube::Event::Type::Warning : kube::Event::Type::Normal;
    told.regarding_type = kube::resources::fusion_pipelines();
    told.regarding = {pipeline.metadata.namespace_name, pipeline.metadata.name};
    told.regarding_uid = pipeline.metadata.uid;
    told.reason = event.reason;
    told.action = "Reconcile";
    told.note = event.message;
    told.reporting_instance = env_.instance;
    const auto created = kube::create_event(env_.api, told, env_.wall());
    if (!created) log.debug("event not told", {{"error", created.error().message}});
  }
}

}  // namespace fusion::op
