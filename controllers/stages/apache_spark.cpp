#include "controllers/stages/apache_spark.h"

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

#include "controllers/served_object.h"
#include "controllers/stages/pod_wiring.h"
#include "controllers/stages/spark_wiring.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;
using namespace controllers::served;

bool is_released(const std::string& summary) {
  return summary == "ResourceReleased" || summary == "TerminatedWithoutReleaseResources";
}

/// The states in the order in which they were reached: the history is a map by counted number.
std::map<long, const Json*> history_of(const Json& object) {
  std::map<long, const Json*> history;
  const auto& entries = at(object, "/status/stateTransitionHistory");
  if (!entries.is_object()) return history;
  for (const auto& [number, entry] : entries.items())
    history[std::strtol(number.c_str(), nullptr, 10)] = &entry;
  return history;
}

/// The end stands for success and for failure alike: what it was says the state before it.
const Json& telling_state(const Json& object) {
  const auto& current = at(object, "/status/currentState");
  if (!is_released(text(current, "/currentStateSummary"))) return current;
  const auto history = history_of(object);
  for (auto entry = history.rbegin(); entry != history.rend(); ++entry) {
    if (!is_released(text(*entry->second, "/currentStateSummary"))) return *entry->second;
  }
  return current;
}

std::optional<State> state_of(const std::string& summary) {
  static const std::map<std::string, State> kStates{{"", State::kStarting},
                                                    {"Submitted", State::kStarting},
                                                    {"ScheduledToRestart", State::kStarting},
                                                    {"DriverRequested", State::kStarting},
                                                    {"DriverStarted", State::kStarting},
                                                    {"DriverReady", State::kStarting},
                                                    {"InitializedBelowThresholdExecutors", State::kStarting},
                                                    {"RunningHealthy", State::kRunning},
                                                    {"RunningWithPartialCapacity", State::kRunning},
                                                    {"RunningWithBelowThresholdExecutors", State::kRunning},
                                                    {"Suspended", State::kSuspended},
                                                    {"Succeeded", State::kCompleted},
                                                    {"DriverStartTimedOut", State::kFailed},
                                                    {"ExecutorsStartTimedOut", State::kFailed},
                                                    {"DriverReadyTimedOut", State::kFailed},
                                                    {"ExecutorsLaunchTimedOut", State::kFailed},
                                                    {"SchedulingFailure", State::kFailed},
                                                    {"DriverEvicted", State::kFailed},
                                                    {"Failed", State::kFailed}};
  const auto found = kStates.find(summary);
  return found == kStates.end() ? std::nullopt : std::optional(found->second);
}

class ApacheSpark final : public WorkloadKind {
 public:
  const api::EngineKind& kind() const override {
    return *api::find_engine_kind("spark.apache.org/v1", "SparkApplication");
  }

  tl::expected<Json, Refusal> render(const Json& user_spec, const Wiring& wiring) const override {
    auto spec = user_spec;
    if (auto refusal = wire_spark_conf(spec, wiring)) return tl::unexpected(std::move(*refusal));
    auto& tolerations = spec["applicationTolerations"];
    if (tolerations.is_null()) tolerations = Json::object();
    if (!tolerations.is_object())
      return tl::unexpected(Refusal{"spec.applicationTolerations", "must be an object"});
    const auto& time_to_live = at(spec, "/applicationTolerations/ttlAfterStopMillis");
    if (wiring.mode == api::Mode::kBatch && time_to_live.is_number() && time_to_live >= 0) {
      return tl::unexpected(
          Refusal{"spec.applicationTolerations.ttlAfterStopMillis",
                  "a batch that is deleted before its end is recorded would run again: remove it"});
    }
    if (wiring.mode == api::Mode::kBatch &&
        text(spec, "/applicationTolerations/restartConfig/restartPolicy") == "Always") {
      return tl::unexpected(Refusal{"spec.applicationTolerations.restartConfig.restartPolicy",
                                    "Always runs a batch again that has ended well: use OnFailure"});
    }
    if (!tolerations.contains("restartConfig")) {
      tolerations["restartConfig"] = {
          {"restartPolicy", wiring.mode == api::Mode::kStreaming ? "Always" : "OnFailure"}};
    }
    for (const auto& [part, container] : {std::pair{"driverSpec", "spark-kubernetes-driver"},
                                          std::pair{"executorSpec", "spark-kubernetes-executor"}}) {
      auto& pods = spec[part];
      if (pods.is_null()) pods = Json::object();
      const std::string field = std::string("spec.") + part;
      if (!pods.is_object()) return tl::unexpected(Refusal{field, "must be an object"});
      auto wired = wire_pod(pods["podTemplateSpec"], container, field + ".podTemplateSpec", wiring);
      if (!wired) return tl::unexpected(wired.error());
    }
    return spec;
  }

  Observation observe(const Json& object) const override {
    const auto& telling = telling_state(object);
    const auto summary = text(telling, "/currentStateSummary");
    Observation seen;
    seen.is_asked_to_stop = at(object, "/spec/suspend") == true;
    if (const auto state = state_of(summary)) {
      seen.state = *state;
      // Before the operator releases the pods and decides on a restart, neither end is one.
      seen.is_final = is_released(text(object, "/status/currentState/currentStateSummary"));
      if (seen.is_final && *state != State::kCompleted) seen.state = State::kFailed;
      // One that is created suspended has no status; one that is being resumed has still the old one.
      if (summary.empty() && seen.is_asked_to_stop) seen.state = State::kSuspended;
      if (seen.state == State::kSuspended && !seen.is_asked_to_stop) seen.state = State::kStarting;
    } else {
      seen.message = "the Spark operator calls its state " + summary;
    }
    if (seen.state == State::kFailed) seen.message = text(telling, "/message");
    return seen;
  }

  bool changes_in_place() const override { return false; }
  bool suspend(Json&) const override { return false; }
  /// It has none; a field that the operator does not know comes back as a failure of ours.
  Json suspension_patch(bool suspend) const override { return {{"spec", {{"suspend", suspend}}}}; }

  int pods(const Json& spec) const override {
    const auto executors = number(spec, "/applicationTolerations/instanceConfig/initExecutors");
    return 1 + static_cast<int>(std::max<std::int64_t>(1, executors));
  }
  int parallelism(const Json&) const override { return 0; }
};

}  // namespace

const WorkloadKind& apache_spark() {
  static const ApacheSpark kind;
  return kind;
}

}  // namespace fusion::stages
