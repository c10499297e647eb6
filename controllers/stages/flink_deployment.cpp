#include "controllers/stages/flink_deployment.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controllers/served_object.h"
#include "controllers/stages/flink_job.h"
#include "controllers/stages/flink_rest_url.h"
#include "controllers/stages/pod_wiring.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;

constexpr char kContainer[] = "flink-main-container";

class FlinkDeployment final : public WorkloadKind {
 public:
  const api::EngineKind& kind() const override {
    return *api::find_engine_kind("flink.apache.org/v1beta1", "FlinkDeployment");
  }

  tl::expected<Json, Refusal> render(const Json& user_spec, const Wiring& wiring) const override {
    auto spec = user_spec;
    if (auto refusal = wire_job(spec, wiring)) return tl::unexpected(std::move(*refusal));
    const std::string remedy = "declare spec.checkpoints.volume or uri, or set it";
    if (auto refusal = wire_checkpoints(spec, wiring, remedy)) return tl::unexpected(std::move(*refusal));
    // Without it, the death of the JobManager loses the job.
    if (!wiring.state_uri.empty() && wiring.mode == api::Mode::kStreaming) {
      set_default(spec, "high-availability.type", "kubernetes");
      set_default(spec, "high-availability.storageDir", wiring.state_uri + "/ha");
    }
    // Templates of the JobManager's and the TaskManagers' own are merged into it, by position if nobody says
    // so.
    set_default(spec, "kubernetes.operator.pod-template.merge-arrays-by-name", "true");
    // They are refused what the template that both share is.
    for (const std::string role : {"jobManager", "taskManager"}) {
      auto own = controllers::served::at(spec, ("/" + role + "/podTemplate").c_str());
      const auto wired = wire_pod(own, kContainer, "spec." + role + ".podTemplate", wiring);
      if (!wired) return tl::unexpected(wired.error());
    }
    if (auto wired = wire_pod(spec["podTemplate"], kContainer, "spec.podTemplate", wiring); !wired)
      return tl::unexpected(wired.error());
    return spec;
  }

  Observation observe(const Json& object) const override {
    using namespace controllers::served;
    auto seen = observe_job(object);
    if (seen.state == State::kRunning) {
      seen.progress_url =
          flink_rest_url(object, text(object, "/metadata/name"), at(object, "/spec/flinkConfiguration"));
    }
    return seen;
  }
  bool changes_in_place() const override { return true; }
  bool suspend(Json& spec) const override { return suspend_job(spec); }
  Json suspension_patch(bool suspend) const override { return job_suspension_patch(suspend); }

  int pods(const Json& spec) const override {
    // The number of TaskManagers follows from the parallelism unless it is given: at least one.
    const auto managers = controllers::served::number(spec, "/taskManager/replicas");
    return 1 + static_cast<int>(std::max<std::int64_t>(1, managers));
  }
  int parallelism(const Json& spec) const override { return parallelism_of_job(spec); }
};

}  // namespace

const WorkloadKind& flink_deployment() {
  static const FlinkDeployment kind;
  return kind;
}

}  // namespace fusion::stages
