#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
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

/// What a stage's objects shall be. Canonical: equal renderings are equal JSON.
struct Rendered {
  std::string config_map_name;  ///< tells the content
  nlohmann::json config_map;    ///< immutable, with what the job is told
  nlohmann::json workload;      ///< with kHashAnnotation, kInputsAnnotation and kTemplateAnnotation
};

/// Of a workload that runs, or that is stopped.
tl::expected<Rendered, Refusal> render(const Rendering& rendering, bool suspended);

}  // namespace fusion::stages
