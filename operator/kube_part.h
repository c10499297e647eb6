#pragma once

#include <map>
#include <set>
#include <string>

#include "controllers/bridges/apply.h"
#include "controllers/pipeline/observed_pipeline.h"
#include "controllers/pipeline/plan.h"
#include "controllers/stages/apply.h"
#include "operator/environment.h"
#include "operator/pipeline_memory.h"

namespace fusion::op {

/// The Kubernetes side of a reconcile: a pipeline's children.
class KubePart {
 public:
  explicit KubePart(const Environment& environment) : env_(environment) {}

  /// The children as they are known, and with what we have written ourselves.
  Children observe(const kube::ObjectKey& key, PipelineMemory& memory) const;

  /// Whether the pipeline's namespace is being deleted. Asks the API server; false if it does not say.
  bool is_namespace_terminating(const std::string& ns, const Log& log) const;

  /// The objects that the stages' refs name. Asks the API server, of kinds that are installed.
  std::map<std::string, tl::expected<stages::ObservedWorkload, controllers::Failure>> observe_refs(
      const api::FusionPipeline& pipeline, const Engines& engines) const;

  /// Performs what the plan wants done to claims, bridges and stages and may be tried now. What fails is
  /// remembered, and does not stop what does not depend on it.
  void work(const api::FusionPipeline& pipeline, const pipeline::Plan& plan, const Children& children,
            PipelineMemory& memory, const Log& log) const;

 private:
  void work_on_claims(const std::string& ns, const pipeline::Plan& plan, PipelineMemory& memory,
                      const Log& log) const;
  void work_on_stages(const api::FusionPipeline& pipeline, const pipeline::Plan& plan,
                      const Children& children, PipelineMemory& memory, const Log& log) const;
  void remember(const bridges::Applied& applied, const Children& children, PipelineMemory& memory) const;
  void remember(const stages::Applied& applied, const Children& children, PipelineMemory& memory) const;

  const Environment& env_;
};

}  // namespace fusion::op
