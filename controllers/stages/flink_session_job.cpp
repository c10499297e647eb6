#include "controllers/stages/flink_session_job.h"

#include <nlohmann/json.hpp>

#include "controllers/stages/flink_job.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;

/// Quoted for Flink's options, a quote within doubled
/// (org.apache.flink.configuration.StructuredOptionsSplitter).
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? "''" : std::string(1, c);
  return result + "'";
}

/// Split at commas first, then at colons: what holds them is quoted at both levels.
std::string as_map_option(const std::map<std::string, std::string>& entries) {
  std::string text;
  for (const auto& [name, value] : entries)
    text += (text.empty() ? "" : ",") + quoted("fusion." + name + ":" + quoted(value));
  return text;
}

class FlinkSessionJob final : public WorkloadKind {
 public:
  const api::EngineKind& kind() const override {
    return *api::find_engine_kind("flink.apache.org/v1beta1", "FlinkSessionJob");
  }

  tl::expected<Json, Refusal> render(const Json& user_spec, const Wiring& wiring) const override {
    auto spec = user_spec;
    if (auto refusal = wire_job(spec, wiring)) return tl::unexpected(std::move(*refusal));
    const std::string remedy =
        "the pods are those of the session cluster, which mount no volume for the stage; declare "
        "checkpoints.uri "
        "of the stage or of spec, or set it";
    if (auto refusal = wire_checkpoints(spec, wiring, remedy)) return tl::unexpected(std::move(*refusal));
    set_default(spec, "pipeline.global-job-parameters", as_map_option(wiring.properties));
    return spec;
  }

  // Its progress is not asked for: Flink caches what it answers for 3 s (web.refresh-interval), and its
  // operator, which asks where the state of a job that has ended is, would be told of a checkpoint that is
  // gone. The job of a deployment ends with its cluster.
  Observation observe(const Json& object) const override { return observe_job(object); }
  bool changes_in_place() const override { return true; }
  bool suspend(Json& spec) const override { return suspend_job(spec); }
  Json suspension_patch(bool suspend) const override { return job_suspension_patch(suspend); }
  int pods(const Json&) const override { return 0; }
  int parallelism(const Json& spec) const override { return parallelism_of_job(spec); }
};

}  // namespace

const WorkloadKind& flink_session_job() {
  static const FlinkSessionJob kind;
  return kind;
}

}  // namespace fusion::stages
