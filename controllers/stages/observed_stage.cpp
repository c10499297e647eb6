#include "controllers/stages/observed_stage.h"

#include <nlohmann/json.hpp>

#include "controllers/bridges/child_name.h"
#include "controllers/children.h"
#include "controllers/served_object.h"
#include "controllers/topics/observed_topic.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;
using namespace controllers::served;

}  // namespace

std::string fields_of(const Json& workload) {
  return Json{{"metadata",
               {{"labels", at(workload, "/metadata/labels")},
                {"annotations", at(workload, "/metadata/annotations")},
                {"ownerReferences", at(workload, "/metadata/ownerReferences")}}},
              {"spec", at(workload, "/spec")}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

ObservedWorkload project_workload(const Json& object) {
  ObservedWorkload workload;
  workload.api_version = text(object, "/apiVersion");
  workload.kind = text(object, "/kind");
  workload.name = text(object, "/metadata/name");
  workload.uid = text(object, "/metadata/uid");
  workload.controller_uid = controller_uid(object);
  workload.stage = label(object, controllers::kStageLabel);
  workload.terminating = is_terminating(object);
  workload.resource_version = text(object, "/metadata/resourceVersion");
  workload.hash = annotation(object, controllers::kHashAnnotation);
  workload.inputs = annotation(object, controllers::kInputsAnnotation);
  workload.template_hash = annotation(object, controllers::kTemplateAnnotation);
  workload.fields = fields_of(object);
  if (const auto* kind = find_workload_kind(workload.api_version, workload.kind))
    workload.observation = kind->observe(object);
  return workload;
}

std::string group_name(const controllers::Settings& settings, const api::Metadata& pipeline,
                       const std::string& stage) {
  return bridges::group_name(settings.installation_id, pipeline.namespace_name, pipeline.name,
                             "stages/" + stage);
}

std::string reader_name(const std::string& stage, const std::string& topic) {
  return "stages/" + stage + "/" + topic;
}

std::vector<bridges::GroupToObserve> groups_to_observe(const api::FusionPipeline& pipeline,
                                                       const controllers::Settings& settings) {
  std::vector<bridges::GroupToObserve> groups;
  for (const auto& stage : pipeline.spec.stages) {
    if (!stage.workload_template && !stage.workload_ref) continue;
    for (const auto& input : stage.inputs) {
      if (!topics::may_use(pipeline, input.topic, settings)) continue;
      groups.push_back(
          {reader_name(stage.name, input.topic),
           input.group.empty() ? group_name(settings, pipeline.metadata, stage.name) : input.group,
           input.topic, false});
    }
  }
  return groups;
}

const ObservedWorkload* find_workload(const ObservedStages& observed, const std::string& child,
                                      const std::string& controller_uid) {
  const auto is_it = [&](const ObservedWorkload& workload) {
    return workload.name == child && workload.controller_uid == controller_uid;
  };
  const auto found = std::ranges::find_if(observed.workloads, is_it);
  return found == observed.workloads.end() ? nullptr : &*found;
}

const api::StageStatus* recorded_stage(const api::FusionPipeline& pipeline, const std::string& name) {
  const auto found = std::ranges::find(pipeline.status.stages, name, &api::StageStatus::name);
  return found == pipeline.status.stages.end() ? nullptr : &*found;
}

std::string kind_name(std::string_view api_version, std::string_view kind) {
  return std::string(api_version) + "/" + std::string(kind);
}

}  // namespace fusion::stages
