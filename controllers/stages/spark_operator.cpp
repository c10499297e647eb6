#include "controllers/stages/spark_operator.h"

#include <map>
#include <nlohmann/json.hpp>

#include "controllers/served_object.h"
#include "controllers/stages/pod_wiring.h"
#include "controllers/stages/spark_wiring.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;
using namespace controllers::served;

std::optional<Refusal> check(const Json& spec, const Wiring& wiring) {
  if (at(spec, "/suspend") == true)
    return Refusal{"spec.suspend",
                   "the pipeline starts and stops the job: remove it, and use spec.suspend there"};
  if (wiring.mode == api::Mode::kStreaming) return std::nullopt;
  if (!at(spec, "/timeToLiveSeconds").is_null()) {
    return Refusal{"spec.timeToLiveSeconds",
                   "a batch that is deleted before its end is recorded would run again: remove it"};
  }
  if (text(spec, "/restartPolicy/type") == "Always")
    return Refusal{"spec.restartPolicy.type", "Always runs a batch again that has ended well: use OnFailure"};
  return std::nullopt;
}

/// Restarting is that operator's business, and it does not without being told.
void set_restart_policy(Json& spec, const Wiring& wiring) {
  if (spec.contains("restartPolicy")) return;
  spec["restartPolicy"] = {{"onFailureRetryInterval", 10}, {"onSubmissionFailureRetryInterval", 20}};
  if (wiring.mode == api::Mode::kStreaming) {
    spec["restartPolicy"]["type"] = "Always";
  } else {
    spec["restartPolicy"].update(
        {{"type", "OnFailure"}, {"onFailureRetries", 3}, {"onSubmissionFailureRetries", 3}});
  }
}

class SparkOperator final : public WorkloadKind {
 public:
  const api::EngineKind& kind() const override {
    return *api::find_engine_kind("sparkoperator.k8s.io/v1beta2", "SparkApplication");
  }

  tl::expected<Json, Refusal> render(const Json& user_spec, const Wiring& wiring) const override {
    auto spec = user_spec;
    if (auto refusal = check(spec, wiring)) return tl::unexpected(std::move(*refusal));
    if (auto refusal = wire_spark_conf(spec, wiring)) return tl::unexpected(std::move(*refusal));
    set_restart_policy(spec, wiring);
    for (const auto* role : {"driver", "executor"}) {
      const std::string field = std::string("spec.") + role;
      auto& part = spec[role];
      if (part.is_null()) part = Json::object();
      if (!part.is_object()) return tl::unexpected(Refusal{field, "must be an object"});
      // Spark reads pod templates by itself, so that the operator's webhook is not needed for them.
      auto wired =
          wire_pod(part["template"], std::string("spark-kubernetes-") + role, field + ".template", wiring);
      if (!wired) return tl::unexpected(wired.error());
    }
    return spec;
  }

  Observation observe(const Json& object) const override {
    static const std::map<std::string, State> kStates{{"", State::kStarting},
                                                      {"SUBMITTED", State::kStarting},
                                                      {"RUNNING", State::kRunning},
                                                      {"COMPLETED", State::kCompleted},
                                                      {"FAILED", State::kFailed},
                                                      {"SUBMISSION_FAILED", State::kFailed},
                                                      {"PENDING_RERUN", State::kStarting},
                                                      {"INVALIDATING", State::kStarting},
                                                      {"SUCCEEDING", State::kRunning},
                                                      {"FAILING", State::kFailed},
                                                      {"SUSPENDING", State::kStarting},
                                                      {"SUSPENDED", State::kSuspended},
                                                      {"RESUMING", State::kStarting}};
    Observation seen;
    seen.is_asked_to_stop = at(object, "/spec/suspend") == true;
    const auto name = text(object, "/status/applicationState/state");
    seen.message = text(object, "/status/applicationState/errorMessage");
    const auto found = kStates.find(name);
    if (found != kStates.end()) {
      seen.state = found->second;
      seen.is_final = name == "FAILED";
      // Not yet acted upon: it is being resumed.
      if (seen.state == State::kSuspended && !seen.is_asked_to_stop) seen.state = State::kStarting;
    } else {
      seen.message =
          "the Spark operator calls its state " + name + (seen.message.empty() ? "" : ": ") + seen.message;
    }
    return seen;
  }

  bool changes_in_place() const override { return false; }
  bool suspend(Json&) const override { return false; }
  Json suspension_patch(bool suspend) const override { return {{"spec", {{"suspend", suspend}}}}; }

  int pods(const Json& spec) const override {
    return 1 + static_cast<int>(std::max<std::int64_t>(1, number(spec, "/executor/instances")));
  }
  int parallelism(const Json&) const override { return 0; }
};

}  // namespace

const WorkloadKind& spark_operator() {
  static const SparkOperator kind;
  return kind;
}

}  // namespace fusion::stages
