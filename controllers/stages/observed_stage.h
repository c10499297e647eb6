#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "api/status.h"
#include "controllers/answer.h"
#include "controllers/bridges/observed_bridge.h"
#include "controllers/failure.h"
#include "controllers/settings.h"
#include "controllers/stages/job_progress.h"
#include "controllers/stages/workload_kind.h"

namespace fusion::stages {

/// The object of an engine's operator, projected.
struct ObservedWorkload {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  std::string controller_uid;  ///< of the owner reference with controller: true; empty: none
  std::string stage;           ///< its label kStageLabel
  bool terminating = false;
  std::string resource_version;
  std::string hash;           ///< its annotation kHashAnnotation
  std::string inputs;         ///< its annotation kInputsAnnotation
  std::string template_hash;  ///< its annotation kTemplateAnnotation
  std::string fields;         ///< what a rendering is compared with, as compact JSON
  Observation observation;
  std::optional<controllers::Answer> answer;  ///< kept by the operator in memory
};

/// Labels, annotations, owners and spec, as compact JSON.
std::string fields_of(const nlohmann::json& workload);

/// Projects an object of one of api::engine_kinds() as the API server serves it.
ObservedWorkload project_workload(const nlohmann::json& object);

/// What is known of the stages of one pipeline.
struct ObservedStages {
  /// The workloads whose label kPipelineLabel names this pipeline, whoever controls them.
  std::vector<ObservedWorkload> workloads;
  /// The kinds whose CustomResourceDefinition is installed, by `apiVersion/kind`.
  std::set<std::string> served;
  /// Installed kinds whose objects have not been listed: what there is of them is not known.
  std::set<std::string> unlisted = {};
  /// By stage, of those with a ref: the object, or why it cannot be seen.
  std::map<std::string, tl::expected<ObservedWorkload, controllers::Failure>> refs;
  std::optional<int> nodes;  ///< of the cluster; unset: not known
  /// By stage: the last action for it that failed; cleared when they succeed.
  std::map<std::string, controllers::Failure> failures;
  /// By stage, what the job's engine says of it; those that are not known are left out.
  std::map<std::string, JobProgress> progress = {};
  /// Of at_rest (order.h), what was so before Kafka was asked for what is in ObservedBridges::groups: only
  /// then do the groups tell of all that was sent.
  std::set<std::string> settled;
};

/// The consumer group of a stage's input, unless the spec names one:
/// `<installation>/<namespace>/<pipeline>/stages/<stage>`. No bridge's group has such a name. The same is the
/// prefix of the stage's transactional ids; both are stable over deletion and re-creation.
std::string group_name(const controllers::Settings& settings, const api::Metadata& pipeline,
                       const std::string& stage);

/// Under what the offsets of a stage's input are in ObservedBridges::groups.
std::string reader_name(const std::string& stage, const std::string& topic);

/// The inputs of stages with a template or a ref, as groups to read.
std::vector<bridges::GroupToObserve> groups_to_observe(const api::FusionPipeline& pipeline,
                                                       const controllers::Settings& settings);

/// The workload of that name which the pipeline with this uid controls; null if there is none.
const ObservedWorkload* find_workload(const ObservedStages& observed, const std::string& child,
                                      const std::string& controller_uid);

/// What the status tells of a stage, the only memory that outlives operator and workload; null: nothing.
const api::StageStatus* recorded_stage(const api::FusionPipeline& pipeline, const std::string& name);

/// `apiVersion/kind`, as in ObservedStages::served.
std::string kind_name(std::string_view api_version, std::string_view kind);

}  // namespace fusion::stages
