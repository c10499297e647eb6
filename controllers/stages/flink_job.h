#pragma once

#include <optional>
#include <string>

#include "controllers/stages/workload_kind.h"

namespace fusion::stages {

// What FlinkDeployment and FlinkSessionJob have in common (flink.apache.org/v1beta1,
// https://nightlies.apache.org/flink/flink-kubernetes-operator-docs-stable/docs/custom-resource/reference/).

/// Completes `spec.job`: a streaming job keeps its state over changes, and runs.
std::optional<Refusal> wire_job(nlohmann::json& spec, const Wiring& wiring);

/// Completes `spec.flinkConfiguration` with checkpoints of exactly-once mode in the stage's own directory.
/// `remedy`: what to do where there is none.
std::optional<Refusal> wire_checkpoints(nlohmann::json& spec, const Wiring& wiring,
                                        const std::string& remedy);

/// Sets an entry of `spec.flinkConfiguration` unless the user has.
void set_default(nlohmann::json& spec, const std::string& key, const std::string& value);

Observation observe_job(const nlohmann::json& object);

/// Sets `spec.job.state`.
bool suspend_job(nlohmann::json& spec);
nlohmann::json job_suspension_patch(bool suspend);

int parallelism_of_job(const nlohmann::json& spec);

}  // namespace fusion::stages
