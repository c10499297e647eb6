#include "controllers/stages/flink_job.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

#include "controllers/difference.h"
#include "controllers/served_object.h"

namespace fusion::stages {
namespace {

using Json = nlohmann::json;
using namespace controllers::served;

constexpr char kConfiguration[] = "flinkConfiguration";

/// Another name of the same option comes with newer versions of Flink.
constexpr std::array kSavepointDirectories{"state.savepoints.dir", "execution.checkpointing.savepoint-dir"};

bool has_entry(const Json& spec, const char* key) {
  const auto found = spec.find(kConfiguration);
  return found != spec.end() && found->is_object() && found->contains(key);
}

/// What the operator sees of the job, by the names of org.apache.flink.api.common.JobStatus.
std::optional<State> state_of_job(const std::string& job) {
  static const std::map<std::string, State> kStates{
      {"RUNNING", State::kRunning},     {"FINISHED", State::kCompleted},    {"FAILED", State::kFailed},
      {"CANCELED", State::kFailed},     {"INITIALIZING", State::kStarting}, {"CREATED", State::kStarting},
      {"RESTARTING", State::kStarting}, {"RECONCILING", State::kStarting},  {"FAILING", State::kStarting},
      {"CANCELLING", State::kStarting}, {"SUSPENDED", State::kStarting},    {"", State::kStarting}};
  const auto found = kStates.find(job);
  return found == kStates.end() ? std::nullopt : std::optional(found->second);
}

/// Whether the operator has yet to act upon the spec. It keeps the last spec that it has reconciled as text,
/// with the generation; one that was taken back before it was acted upon leaves an older generation there for
/// ever, so that the specs are compared too. (Newer versions write an observedGeneration.)
bool is_behind_spec(const Json& object) {
  const auto generation = number(object, "/metadata/generation");
  if (const auto observed = number(object, "/status/observedGeneration"); observed > 0)
    return generation > observed;
  const auto last =
      Json::parse(text(object, "/status/reconciliationStatus/lastReconciledSpec"), nullptr, false);
  if (generation <= number(last, "/resource_metadata/metadata/generation")) return false;
  auto wanted = at(object, "/spec");
  // It writes there how it did upgrade, not how it was asked to; a savepoint does not disturb the job.
  if (at(wanted, "/job").is_object()) {
    for (const auto* key : {"upgradeMode", "savepointTriggerNonce", "checkpointTriggerNonce"})
      wanted["job"].erase(key);
  }
  return !controllers::first_difference(wanted, at(last, "/spec")).empty();
}

/// `status.error` is a JSON object as text, with the chain of exceptions; older versions wrote plain text.
std::string error_of(const Json& object) {
  const auto error = text(object, "/status/error");
  const auto parsed = Json::parse(error, nullptr, false);
  std::string sentence = parsed.is_object() ? text(parsed, "/message") : error;
  for (const auto& cause : at(parsed, "/throwableList")) {
    if (const auto message = text(cause, "/message"); !message.empty() && message != sentence)
      sentence += ": " + message;
  }
  constexpr std::size_t kMostCharacters = 500;
  return sentence.size() > kMostCharacters ? sentence.substr(0, kMostCharacters) + "..." : sentence;
}

/// A submission that fails is tried again, unless the spec is what is wrong; a job that was deployed is not.
bool is_tried_again(const Json& object) {
  if (text(object, "/status/reconciliationStatus/state") != "UPGRADING") return false;
  const auto error = Json::parse(text(object, "/status/error"), nullptr, false);
  return !text(error, "/type").ends_with(".ValidationException");
}

std::string savepoint_of(const Json& object) {
  const auto upgrade = text(object, "/status/jobStatus/upgradeSavepointPath");
  return upgrade.empty() ? text(object, "/status/jobStatus/savepointInfo/lastSavepoint/location") : upgrade;
}

}  // namespace

void set_default(Json& spec, const std::string& key, const std::string& value) {
  auto& configuration = spec[kConfiguration];
  if (configuration.is_null()) configuration = Json::object();
  if (configuration.is_object() && !configuration.contains(key)) configuration[key] = value;
}

std::optional<Refusal> wire_job(Json& spec, const Wiring& wiring) {
  if (!at(spec, "/job").is_object()) {
    return Refusal{"spec.job", "without it a session cluster starts that runs no job: name the stage's job"};
  }
  auto& job = spec["job"];
  if (job.contains("state"))
    return Refusal{"spec.job.state",
                   "the pipeline starts and stops the job: remove it, and use spec.suspend"};
  const bool streaming = wiring.mode == api::Mode::kStreaming;
  if (streaming && text(spec, "/job/upgradeMode") == "stateless") {
    return Refusal{"spec.job.upgradeMode",
                   "stateless forgets at each change what was read and counted: use savepoint or last-state"};
  }
  if (!job.contains("upgradeMode")) job["upgradeMode"] = streaming ? "savepoint" : "stateless";
  job["state"] = "running";
  return std::nullopt;
}

std::optional<Refusal> wire_checkpoints(Json& spec, const Wiring& wiring, const std::string& remedy) {
  if (spec.contains(kConfiguration) && !spec[kConfiguration].is_object())
    return Refusal{std::string("spec.") + kConfiguration, "must be an object"};
  const std::string mode = "execution.checkpointing.mode";
  if (wiring.writes && has_entry(spec, mode.c_str()) && spec[kConfiguration][mode] != "EXACTLY_ONCE") {
    return Refusal{std::string("spec.") + kConfiguration + "[" + mode + "]",
                   "any other mode than EXACTLY_ONCE repeats records after a failure: remove it"};
  }
  if (wiring.mode == api::Mode::kBatch) return std::nullopt;
  set_default(spec, mode, "EXACTLY_ONCE");
  set_default(spec, "execution.checkpointing.interval", "10 s");
  set_default(spec, "execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION");
  set_default(spec, "state.checkpoints.num-retained", "3");
  if (!wiring.state_uri.empty()) {
    set_default(spec, "state.checkpoints.dir", wiring.state_uri + "/checkpoints");
    set_default(spec, "state.savepoints.dir", wiring.state_uri + "/savepoints");
    return std::nullopt;
  }
  const bool has_own = std::ranges::any_of(kSavepointDirectories,
                                           [&](const char* directory) { return has_entry(spec, directory); });
  if (has_own) return std::nullopt;
  return Refusal{std::string("spec.") + kConfiguration + "[state.savepoints.dir]",
                 "the stage's state is kept nowhere: " + remedy};
}

Observation observe_job(const Json& object) {
  Observation seen;
  seen.is_asked_to_stop = text(object, "/spec/job/state") == "suspended";
  seen.saves_when_stopped = text(object, "/spec/job/upgradeMode") == "savepoint";
  seen.can_be_suspended = at(object, "/spec/job").is_object();
  seen.has_been_deployed = !text(object, "/status/reconciliationStatus/lastReconciledSpec").empty();
  seen.savepoint = savepoint_of(object);
  const auto lifecycle = text(object, "/status/lifecycleState");
  const auto job = text(object, "/status/jobStatus/state");
  const auto error = error_of(object);
  const bool is_behind = is_behind_spec(object);
  const auto state = state_of_job(job);
  const auto say = [&](State what, std::string message = {}) {
    seen.state = what;
    seen.message = std::move(message);
    return seen;
  };
  const auto end = [&](const std::string& otherwise) {
    seen.is_final = !is_behind && !is_tried_again(object);
    return say(State::kFailed, error.empty() ? otherwise : error);
  };
  if (!at(object, "/spec/job").is_object())
    return say(State::kUnknown, "it is a session cluster, which shows no job: name the FlinkSessionJob");
  if (lifecycle == "FAILED") return end("the job has failed");
  if (lifecycle == "SUSPENDED") return say(is_behind ? State::kStarting : State::kSuspended, error);
  if (lifecycle == "STABLE" || lifecycle == "ROLLED_BACK" || lifecycle == "DEPLOYED") {
    if (!state) return say(State::kUnknown, "Flink calls the job's state " + job);
    if (*state == State::kFailed) return end("the job has ended as " + job);
    // It works until its savepoint is taken.
    if (seen.is_asked_to_stop && *state == State::kRunning) return say(State::kRunning, error);
    if (is_behind || seen.is_asked_to_stop) return say(State::kStarting, error);
    if (*state == State::kCompleted || *state == State::kRunning) return say(*state);
    return say(
        text(object, "/status/jobManagerDeploymentStatus") == "ERROR" ? State::kFailed : State::kStarting,
        error);
  }
  if (lifecycle.empty() || lifecycle == "CREATED" || lifecycle == "UPGRADING" ||
      lifecycle == "ROLLING_BACK" || lifecycle == "DELETING")
    return say(State::kStarting, error);
  return say(State::kUnknown, "the Flink operator calls its state " + lifecycle);
}

bool suspend_job(Json& spec) {
  spec["job"]["state"] = "suspended";
  return true;
}

Json job_suspension_patch(bool suspend) {
  return {{"spec", {{"job", {{"state", suspend ? "suspended" : "running"}}}}}};
}

int parallelism_of_job(const Json& spec) { return static_cast<int>(number(spec, "/job/parallelism")); }

}  // namespace fusion::stages
