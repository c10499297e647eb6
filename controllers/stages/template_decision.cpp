#include <algorithm>
#include <nlohmann/json.hpp>

#include "controllers/children.h"
#include "controllers/difference.h"
#include "controllers/stages/order.h"
#include "controllers/stages/preflight.h"
#include "controllers/stages/render.h"
#include "controllers/stages/stage_decision.h"

namespace fusion::stages {
namespace {

using controllers::Failure;
using Json = nlohmann::json;

std::string annotation_of(const Json& body, const char* name) {
  return body["metadata"]["annotations"][name].get<std::string>();
}

/// Decides on one stage, step by step.
class Decider {
 public:
  Decider(const api::Stage& stage, const StageContext& context)
      : stage_(stage),
        context_(context),
        template_(*stage.workload_template),
        kind_(*find_workload_kind(template_.api_version, template_.kind)),
        child_(child_name(context.pipeline, stage.name)),
        template_hash_(template_hash(stage)),
        wants_to_run_(!context.pipeline.spec.suspend) {}

  StageDecision decide() && {
    begin_status();
    const auto kind = kind_name(template_.api_version, template_.kind);
    if (context_.observed.unlisted.contains(kind)) {
      stay_unseen();
      fail("EngineNotListed", "is not seen, because the API server does not list " + kind +
                                  " to the operator: grant it the rights of the chart's role");
    } else if (!context_.observed.served.contains(kind)) {
      not_installed();
    } else if (is_free()) {
      if (has_lost_its_state()) return std::move(decision_);
      if (!is_done()) {
        wants_to_run_ ? run() : stop();
        collect_config_maps();
      } else if (runs_another_template()) {
        remove(*workload_, "its template has completed before");
      }
      report_actions();
      report();
    }
    decision_.status.lag_records = lag_of(stage_, context_.inputs.bridges);
    return std::move(decision_);
  }

 private:
  void fail(Failure failure) { decision_.failures.push_back(std::move(failure)); }
  void fail(const std::string& reason, const std::string& sentence, bool permanent = false) {
    fail({reason, "stage " + stage_.name + " " + sentence, permanent});
  }
  void set_state(State state) { decision_.status.state = to_string(state); }

  void begin_status() {
    auto& status = decision_.status;
    status.name = stage_.name;
    status.engine = stage_.engine;
    status.kind = template_.kind;
    status.workload = child_;
    set_state(State::kPending);
    if (const auto* recorded = recorded_stage(context_.pipeline, stage_.name)) {
      status.completed = recorded->completed;
      status.savepoint = recorded->savepoint;
    }
    const auto& checkpoints = checkpoints_of(context_.pipeline.spec, stage_);
    if (needs_claim(context_.pipeline.spec, stage_)) {
      status.checkpoints = claim_name(child_);
    } else if (stage_.mode == api::Mode::kStreaming) {
      status.checkpoints = checkpoints.uri;
    }
  }

  /// What has not run stays pending, and what was stopped with a savepoint goes on from there.
  void stay_unseen() {
    if (has_run()) {
      const auto* recorded = recorded_stage(context_.pipeline, stage_.name);
      const bool is_kept = recorded->state == to_string(State::kSuspended) && !recorded->savepoint.empty();
      set_state(is_kept ? State::kSuspended : State::kUnknown);
    }
  }

  /// Whoever deletes a CustomResourceDefinition deletes its objects, but what is not seen is not known.
  void not_installed() {
    stay_unseen();
    fail("EngineNotInstalled",
         "needs the CustomResourceDefinition " + std::string(kind_.kind().plural) + "." +
             std::string(kind_.kind().group) +
             ", which is not installed: install the operator of that engine; it is noticed within a minute");
  }

  /// Whether the name is ours, and nothing of another kind or run stands in the way.
  bool is_free() {
    for (const auto& workload : context_.observed.workloads) {
      if (workload.name != child_) continue;
      const bool is_kind = workload.api_version == template_.api_version && workload.kind == template_.kind;
      const bool is_ours = workload.controller_uid == context_.pipeline.metadata.uid;
      if (is_kind && !is_ours) {
        const auto& ns = context_.pipeline.metadata.namespace_name;
        fail("NameConflict",
             "needs the name of " + workload.kind + " " + ns + "/" + child_ +
                 ", which is not controlled by this pipeline: delete it if nobody needs it, or rename the "
                 "stage",
             true);
        return false;
      }
      if (!is_ours) continue;
      if (is_kind && !workload.terminating) {
        workload_ = &workload;
        record_completion(workload);
        continue;
      }
      if (is_kind) record_completion(workload);
      set_state(State::kStarting);
      decision_.rolling = true;
      if (!workload.terminating) remove(workload, "the template names another kind");
      fail("ChildTerminating", "waits until " + workload.kind + " " + child_ + " is deleted");
      return false;
    }
    return true;
  }

  /// A run of another template says nothing of this one.
  void record_completion(const ObservedWorkload& workload) {
    if (stage_.mode != api::Mode::kBatch || workload.observation.state != State::kCompleted) return;
    if (workload.template_hash != template_hash_) return;
    decision_.status.completed = api::Completion{workload.uid, workload.template_hash};
  }

  bool is_done() const {
    return stage_.mode == api::Mode::kBatch && decision_.status.completed &&
           decision_.status.completed->template_hash == template_hash_;
  }

  bool runs_another_template() const {
    return workload_ != nullptr && workload_->template_hash != template_hash_ &&
           workload_->observation.state != State::kCompleted;
  }

  /// Whatever its object says now.
  bool has_had_state() const {
    const auto* recorded = recorded_stage(context_.pipeline, stage_.name);
    return recorded != nullptr && recorded->state != to_string(State::kPending) &&
           recorded->state != to_string(State::kStarting);
  }

  bool has_run() const {
    const auto* recorded = recorded_stage(context_.pipeline, stage_.name);
    return recorded != nullptr && !recorded->state.empty() && recorded->state != to_string(State::kPending);
  }

  void remove(const ObservedWorkload& workload, const std::string& why) {
    decision_.actions.push_back(
        DeleteWorkload{stage_.name, workload.api_version, workload.kind, workload.name, workload.uid, why,
                       stage_.mode == api::Mode::kBatch ? workload.resource_version : ""});
  }

  Rendering rendering() const {
    return {context_.pipeline, stage_, kind_, *context_.inputs.connection, context_.settings,
            // Stopping does not depend on it.
            transaction_timeout(stage_, context_.inputs.observed_topics)
                .value_or(api::kDefaultTransactionTimeout)};
  }

  /// Null if the template is refused, which is told.
  std::optional<Json> rendered(const Rendering& r, bool suspended) {
    auto body = render_workload(r, suspended);
    if (body) return std::move(*body);
    fail(
        {"TemplateRefused",
         "spec.stages[" + stage_.name + "].workload.template." + body.error().field + ": " + body.error().why,
         true});
    return std::nullopt;
  }

  void stop() {
    if (workload_ == nullptr) return;
    for (const auto& input : stage_.inputs) {
      const auto sender =
          sender_to(context_.pipeline, input.topic, context_.observed, context_.inputs.bridges);
      if (sender.empty()) continue;
      stops_later_ = true;
      return fail("Suspending", "stops after " + sender);
    }
    // A batch has no place to go on from: it begins anew.
    if (stage_.mode == api::Mode::kBatch || !kind_.changes_in_place()) return remove(*workload_, "suspended");
    if (workload_->observation.is_asked_to_stop) return;
    // Its operator refuses to suspend what it has not deployed; there is no state yet.
    if (!workload_->observation.has_been_deployed && !has_had_state())
      return remove(*workload_, "suspended before it ran");
    if (context_.inputs.connection != nullptr) {
      const auto r = rendering();
      if (const auto body = rendered(r, true)) return change(r, *body);
    }
    // What cannot be rendered can still be stopped.
    decision_.actions.push_back(PatchRef{stage_.name, workload_->api_version, workload_->kind,
                                         workload_->name, workload_->uid, true});
  }

  void run() {
    if (context_.inputs.connection_failure) return fail(*context_.inputs.connection_failure);
    if (workload_ != nullptr && stage_.mode == api::Mode::kBatch) {
      if (workload_->template_hash != template_hash_) remove(*workload_, "its template has changed");
      return;
    }
    // What runs is not changed by what is not known.
    if (context_.inputs.kafka_failure && workload_ != nullptr && !workload_->observation.is_asked_to_stop)
      return;
    if (!has_topics()) return;
    if (!transaction_timeout(stage_, context_.inputs.observed_topics)) {
      if (workload_ == nullptr)
        fail("WaitingForTopics", "waits for the brokers' word on transaction.max.timeout.ms");
      return;
    }
    const auto r = rendering();
    const auto body = rendered(r, false);
    if (!body) return;
    const bool starts = workload_ == nullptr || workload_->observation.is_asked_to_stop;
    const bool changes =
        workload_ != nullptr && workload_->hash != annotation_of(*body, controllers::kHashAnnotation);
    if ((starts || changes) && !passes_preflight(*body)) return;
    if (starts && waits()) return;
    if (workload_ == nullptr) {
      create(r, *body);
    } else {
      change(r, *body);
    }
  }

  bool has_topics() {
    const auto check = [&](const std::string& topic) {
      if (context_.inputs.topics.usable.contains(topic)) return true;
      // A topic that is lost is told by the topics' condition; what runs may go on.
      if (workload_ == nullptr) fail("WaitingForTopics", "waits for topic " + topic);
      return false;
    };
    return std::ranges::all_of(stage_.inputs, check, &api::StageInput::topic) &&
           std::ranges::all_of(stage_.outputs, check, &api::StageOutput::topic);
  }

  bool passes_preflight(const Json& body) {
    auto refusals = preflight(context_.pipeline, stage_, kind_, body["spec"],
                              {context_.inputs.observed_topics, context_.inputs.bridges,
                               context_.observed.nodes, context_.inputs.now, has_run()});
    for (auto& refusal : refusals) fail(std::move(refusal));
    return refusals.empty();
  }

  /// Whether it is too early to start; says so.
  bool waits() {
    // What Kafka holds of the inputs decides on the preflight: without its word nothing is started.
    for (const auto& input : stage_.inputs) {
      if (context_.inputs.bridges.groups.contains(reader_name(stage_.name, input.topic))) continue;
      fail("WaitingForTopics", "waits for Kafka's word on topic " + input.topic);
      return true;
    }
    const auto waits_for =
        start_waits_for(context_.pipeline, stage_, context_.observed, context_.inputs.bridges);
    if (!waits_for.empty()) {
      fail("WaitingForStage", "waits for " + waits_for);
      return true;
    }
    if (needs_claim(context_.pipeline.spec, stage_) &&
        std::ranges::find(context_.inputs.claims, claim_name(child_), &checkpoints::ObservedClaim::name) ==
            context_.inputs.claims.end()) {
      fail("Applying", "waits for its checkpoint volume");
      return true;
    }
    if (workload_ == nullptr && has_pods(context_.pipeline, stage_.name, context_.inputs.bridges)) {
      fail("ChildTerminating", "waits until the pods of its last run are gone");
      return true;
    }
    return false;
  }

  /// Whether a streaming job that keeps its state by savepoints is gone without one; says so. It is not begun
  /// anew: it would read and write all of it again.
  bool has_lost_its_state() {
    if (workload_ != nullptr || stage_.mode == api::Mode::kBatch || !kind_.changes_in_place()) return false;
    const auto* recorded = recorded_stage(context_.pipeline, stage_.name);
    const bool had_state =
        recorded != nullptr && recorded->workload == child_ &&
        (recorded->state == to_string(State::kRunning) || recorded->state == to_string(State::kFailed) ||
         recorded->state == to_string(State::kUnknown));
    if (!had_state || template_.spec.find("\"initialSavepointPath\"") != std::string::npos) return false;
    set_state(State::kFailed);
    fail("StateLost",
         "has lost its " + template_.kind + " " + child_ +
             " without a savepoint, and would begin anew: set spec.stages[" + stage_.name +
             "].workload.template.spec.job.initialSavepointPath to its last checkpoint or savepoint (" +
             decision_.status.checkpoints + "), or give the stage another name to begin anew",
         true);
    return true;
  }

  /// A streaming job that was stopped goes on from its savepoint.
  void restore(Json& body) const {
    const auto* recorded = recorded_stage(context_.pipeline, stage_.name);
    if (stage_.mode == api::Mode::kBatch || !kind_.changes_in_place() || recorded == nullptr) return;
    if (recorded->workload != child_ || recorded->savepoint.empty()) return;
    auto& job = body["spec"]["job"];
    if (!job.contains("initialSavepointPath")) job["initialSavepointPath"] = recorded->savepoint;
  }

  void create(const Rendering& r, Json body) {
    restore(body);
    if (!ensure_config_map(r)) return;
    decision_.actions.push_back(CreateWorkload{stage_.name, template_.api_version, template_.kind, child_,
                                               body.dump(),
                                               annotation_of(body, controllers::kHashAnnotation)});
  }

  void change(const Rendering& r, Json body) {
    const auto hash = annotation_of(body, controllers::kHashAnnotation);
    const bool changed = hash != workload_->hash;
    if (changed && annotation_of(body, controllers::kInputsAnnotation) == workload_->inputs &&
        !context_.inputs.may_roll) {
      decision_.waits_to_roll = true;
      return;
    }
    wanted_config_map_ = config_map_name(r);
    if (!kind_.changes_in_place()) {
      // Whoever edits such an object by hand makes its operator run it anew: once is enough.
      if (changed) return remove(*workload_, "its rendering has changed");
      ensure_config_map(r);
      return;
    }
    const auto why = changed ? std::string("the rendering changed") : drift(body);
    if (!ensure_config_map(r) || why.empty()) return;
    body["metadata"]["uid"] = workload_->uid;
    decision_.actions.push_back(ApplyWorkload{stage_.name, template_.api_version, template_.kind, child_,
                                              workload_->uid, body.dump(), hash, why});
  }

  /// Where the workload contradicts the rendering; empty: nowhere, or the server has already answered so.
  std::string drift(const Json& body) const {
    const auto& answer = workload_->answer;
    if (answer && answer->hash == workload_->hash && answer->fields == workload_->fields) return {};
    return controllers::first_difference(Json::parse(fields_of(body)),
                                         Json::parse(workload_->fields, nullptr, false));
  }

  static std::string config_map_name(const Rendering& r) {
    return render_config_map(r)["metadata"]["name"].get<std::string>();
  }

  /// False: something else has the name.
  bool ensure_config_map(const Rendering& r) {
    const auto body = render_config_map(r);
    const auto name = body["metadata"]["name"].get<std::string>();
    for (const auto& map : context_.inputs.bridges.config_maps) {
      if (map.name != name) continue;
      if (map.controller_uid == context_.pipeline.metadata.uid) return true;
      fail("NameConflict",
           "needs the name of ConfigMap " + name + ", which is not controlled by this pipeline", true);
      return false;
    }
    decision_.actions.push_back(CreateConfigMap{stage_.name, name, body.dump()});
    return true;
  }

  /// A ConfigMap goes once the workload runs with another one, so that no pod can ask for it any more.
  void collect_config_maps() {
    const bool settled = workload_ != nullptr && workload_->observation.state == State::kRunning &&
                         !workload_->observation.is_asked_to_stop;
    if (wanted_config_map_.empty() || !settled || !decision_.actions.empty()) return;
    for (const auto& map : context_.inputs.bridges.config_maps) {
      if (map.of_stage && map.child == child_ && map.controller_uid == context_.pipeline.metadata.uid &&
          map.name != wanted_config_map_ && !map.terminating)
        decision_.actions.push_back(DeleteConfigMap{stage_.name, map.name, map.uid});
    }
  }

  void report_actions() {
    if (decision_.actions.empty()) return;
    const bool matters = std::ranges::any_of(decision_.actions, [](const auto& action) {
      return !std::holds_alternative<DeleteConfigMap>(action);
    });
    decision_.rolling = decision_.rolling || matters;
    const auto failed = context_.observed.failures.find(stage_.name);
    if (failed != context_.observed.failures.end()) {
      fail(failed->second);
    } else if (matters) {
      fail("Applying", workload_ == nullptr ? "is being created" : "is being changed");
    }
  }

  void report() {
    auto& status = decision_.status;
    if (is_done()) {
      set_state(State::kCompleted);
      return;
    }
    if (workload_ == nullptr) {
      const bool stopped = !has_pods(context_.pipeline, stage_.name, context_.inputs.bridges);
      if (!wants_to_run_ && stopped) set_state(State::kSuspended);
      if (!wants_to_run_ && !stopped) fail("Suspending", "waits until its pods are gone");
      return;
    }
    const auto& seen = workload_->observation;
    if (seen.state == State::kSuspended && !seen.savepoint.empty()) status.savepoint = seen.savepoint;
    if (wants_to_run_ && seen.state == State::kStarting) decision_.rolling = true;
    report_state(stage_, seen, !wants_to_run_ && !stops_later_, decision_);
  }

  const api::Stage& stage_;
  const StageContext& context_;
  const api::WorkloadTemplate& template_;
  const WorkloadKind& kind_;
  const std::string child_;
  const std::string template_hash_;
  const bool wants_to_run_;
  bool stops_later_ = false;
  const ObservedWorkload* workload_ = nullptr;
  std::string wanted_config_map_;
  StageDecision decision_;
};

}  // namespace

StageDecision decide_template(const api::Stage& stage, const StageContext& context) {
  return Decider(stage, context).decide();
}

}  // namespace fusion::stages
