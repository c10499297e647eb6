#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "contract/stage_properties.h"
#include "controllers/connection.h"
#include "controllers/stages/workload_kind.h"

namespace fusion::stages {

/// All that a stage's objects are made of.
struct Rendering {
  const api::FusionPipeline& pipeline;
  const api::Stage& stage;  ///< with a template
  const WorkloadKind& kind;
  const controllers::Connection& connection;
  const controllers::Settings& settings;
  std::chrono::milliseconds transaction_timeout;
};

/// The name of a stage's workload.
std::string child_name(const api::FusionPipeline& pipeline, const std::string& stage);

/// The name of a stage's claim.
std::string claim_name(const std::string& child);

/// Where the stage's state is kept: its own checkpoints, else those of the spec.
const api::Checkpoints& checkpoints_of(const api::Spec& spec, const api::Stage& stage);

/// Whether the stage gets a claim: a streaming one with a template, whose pods are its own, with a volume and
/// without a URI.
bool needs_claim(const api::Spec& spec, const api::Stage& stage);

/// Labels of a stage's objects and pods.
std::map<std::string, std::string> labels_of(const api::FusionPipeline& pipeline, const std::string& stage);

/// Hash of what the user wants run: template and run token.
std::string template_hash(const api::Stage& stage);

/// What the job is told.
contract::StageProperties render_properties(const Rendering& rendering);

/// The immutable ConfigMap with that, named by its content.
nlohmann::json render_config_map(const Rendering& rendering);

/// The workload, with kHashAnnotation, kInputsAnnotation and kTemplateAnnotation, running or stopped.
/// Canonical: equal renderings are equal JSON.
tl::expected<nlohmann::json, Refusal> render_workload(const Rendering& rendering, bool suspended);

}  // namespace fusion::stages
