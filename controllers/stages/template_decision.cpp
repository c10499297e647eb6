#include <algorithm>
#include <nlohmann/json.hpp>

#include "controllers/children.h"
#include "controllers/difference.h"
#include "controllers/stages/order.h"
#include "controllers/stages/preflight.h"
#include "controllers/stages/render.h"
#include "controllers/stages/stage_config_map.h"
#include "controllers/stages/stage_decision.h"
#include "controllers/stages/stage_memory.h"
#include "controllers/stages/stage_progress.h"
#include "controllers/stages/start.h"

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
        wants_to_run_(!context.pipeline.spec.suspend) {
    const auto* recorded = recorded_stage(context.pipeline, stage.name);
    // What another engine has done is nothing to this one.
    if (recorded != nullptr && recorded->engine == stage.engine) recorded_ = *recorded;
  }

  StageDecision decide() && {
    begin_status();
    if (is_seen() && is_free() && !has_lost_its_state()) {
      if (is_done()) {
        if (runs_another_template()) remove(*workload_, "its template has completed before");
      } else {
        wants_to_run_ ? run() : stop();
      }
      report_actions();
      report();
    }
    report_progress(stage_, context_, decision_.status);
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
    status.completed = recorded_.completed;
    status.savepoint = recorded_.savepoint;
    status.ran_since_savepoint = recorded_.ran_since_savepoint;
    status.initial_savepoint = recorded_.initial_savepoint;
    const auto& checkpoints = checkpoints_of(context_.pipeline.spec, stage_);
    if (needs_claim(context_.pipeline.spec, stage_)) {
      status.checkpoints = claim_name(child_);
    } else if (stage_.mode == api::Mode::kStreaming) {
      status.checkpoints = checkpoints.uri;
    }
  }

  /// Whether the API server shows the workloads of this kind. Whoever deletes a CustomResourceDefinition
  /// deletes its objects, but what is not seen is not known.
  bool is_seen() {
    const auto kind = kind_name(template_.api_version, template_.kind);
    const bool is_unlisted = context_.observed.unlisted.contains(kind);
    if (!is_unlisted && context_.observed.served.contains(kind)) return true;
    // What was stopped with a savepoint goes on from there.
    if (has_run(recorded_))
      set_state(was(State::kSuspended) && !recorded_.savepoint.empty() ? State::kSuspended : State::kUnknown);
    if (is_unlisted) {
      fail("EngineNotListed", "is not seen, because the API server does not list " + kind +
                                  " to the operator: grant it the rights of the chart's role");
    } else {
      fail(
          "EngineNotInstalled",
          "needs the CustomResourceDefinition " + std::string(kind_.kind().plural) + "." +
              std::string(kind_.kind().group) +
              ", which is not installed: install the operator of that engine; it is noticed within a minute");
    }
    return false;
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
      record_completion(workload);
      if (workload.terminating) {
        remember(workload.observation);
        set_state(State::kStarting);
        decision_.rolling = true;
        fail("ChildTerminating", "waits until " + workload.kind + " " + child_ + " is deleted");
        return false;
      }
      // One of another kind has to go before anything else.
      if (workload_ == nullptr || !is_kind) workload_ = &workload;
    }
    return true;
  }

  bool is_of_another_kind() const {
    return workload_ != nullptr &&
           (workload_->api_version != template_.api_version || workload_->kind != template_.kind);
  }
  bool can_go_on() const {
    return find_workload_kind(workload_->api_version, workload_->kind)->changes_in_place();
  }

  /// Makes room for another kind, once the state of this one is where the other can go on from.
  void retire() {
    const auto& seen = workload_->observation;
    const bool may_have_state = can_go_on() && (seen.has_been_deployed || recorded_.ran_since_savepoint);
    if (!may_have_state || seen.state == State::kCompleted ||
        (seen.state == State::kSuspended && !recorded_.ran_since_savepoint))
      return remove(*workload_, "the template names another kind");
    const auto what = workload_->kind + " " + child_;
    if (recorded_.checkpoints == claim_name(child_) && !needs_claim(context_.pipeline.spec, stage_)) {
      return fail("StateNotReachable",
                  "keeps the state of " + what + " on claim " + recorded_.checkpoints + ", which no " +
                      template_.kind +
                      " mounts: let it keep it at spec.checkpoints.uri before its kind changes",
                  true);
    }
    if (!seen.saves_when_stopped || (seen.state == State::kSuspended && seen.is_asked_to_stop)) {
      return fail(
          "StateNotSaved",
          "cannot become a " + template_.kind + ", because " + what +
              " stops without a savepoint: declare it again with upgradeMode: savepoint, let it run, and "
              "change its kind then",
          true);
    }
    fail("StageStarting", "waits for the savepoint of " + what);
    if (!seen.is_asked_to_stop) suspend_as_it_is();
  }

  /// Whatever its template has become.
  void suspend_as_it_is() {
    decision_.actions.push_back(PatchRef{stage_.name, workload_->api_version, workload_->kind,
                                         workload_->name, workload_->uid, true});
  }

  void remember(const Observation& seen) {
    if (stage_.mode == api::Mode::kStreaming) stages::remember(seen, template_, recorded_, decision_.status);
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

  bool was(State state) const { return recorded_.state == to_string(state); }
  bool keeps_state() const { return stage_.mode == api::Mode::kStreaming && kind_.changes_in_place(); }

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

  /// Unset if the template is refused, which is told.
  std::optional<Rendered> rendered(bool suspended) {
    auto objects = render(rendering(), suspended);
    if (objects) return std::move(*objects);
    const auto& [field, why] = objects.error();
    fail({"TemplateRefused", "spec.stages[" + stage_.name + "].workload.template." + field + ": " + why,
          true});
    return std::nullopt;
  }

  void stop() {
    if (workload_ == nullptr) return;
    const auto sender = stops_after(context_.pipeline, stage_, context_.observed, context_.inputs.bridges);
    if (!sender.empty()) {
      stops_later_ = true;
      return fail("Suspending", "stops after " + sender);
    }
    // A batch has no place to go on from: it begins anew.
    if (stage_.mode == api::Mode::kBatch || !can_go_on()) return remove(*workload_, "suspended");
    if (workload_->observation.is_asked_to_stop) return;
    // Its operator refuses to suspend what it has not deployed; there is no state yet.
    if (!workload_->observation.has_been_deployed && !recorded_.ran_since_savepoint)
      return remove(*workload_, "suspended before it ran");
    if (context_.inputs.connection != nullptr && !is_of_another_kind()) {
      if (const auto objects = rendered(true)) return change(*objects);
    }
    // What cannot be rendered can still be stopped.
    suspend_as_it_is();
  }

  void run() {
    if (context_.inputs.connection_failure) return fail(*context_.inputs.connection_failure);
    if (workload_ != nullptr && stage_.mode == api::Mode::kBatch) {
      if (workload_->template_hash != template_hash_) remove(*workload_, "its template has changed");
      return;
    }
    const bool starts = workload_ == nullptr || workload_->observation.is_asked_to_stop;
    // What runs is not changed by what is not known.
    if (context_.inputs.kafka_failure && !starts) return;
    if (!has_topics(starts)) return;
    const auto objects = rendered(false);
    if (!objects) return;
    const bool changes =
        !starts && workload_->hash != annotation_of(objects->workload, controllers::kHashAnnotation);
    if ((starts || changes) && !passes_preflight(objects->workload)) return;
    if (is_of_another_kind()) return retire();
    if (starts) {
      if (auto wait = too_early(stage_, context_)) return fail(std::move(*wait));
    }
    decision_.needs_volume = lacks_volume(stage_, context_);
    if (decision_.needs_volume && starts) return fail("Applying", "waits for its checkpoint volume");
    workload_ == nullptr ? create(*objects) : change(*objects);
  }

  /// A topic that is lost is told by the topics' condition; what runs may go on.
  bool has_topics(bool starts) {
    const auto topic = unusable_topic(stage_, context_.inputs.topics);
    const bool is_bounded = transaction_timeout(stage_, context_.inputs.observed_topics).has_value();
    if (topic.empty() && is_bounded) return true;
    if (starts) {
      fail("WaitingForTopics", topic.empty() ? "waits for the brokers' word on transaction.max.timeout.ms"
                                             : "waits for topic " + topic);
    }
    return false;
  }

  bool passes_preflight(const Json& body) {
    auto refusals = preflight(context_.pipeline, stage_, kind_, body["spec"],
                              {context_.inputs.observed_topics, context_.inputs.bridges,
                               context_.observed.nodes, context_.inputs.now, has_run(recorded_)});
    for (auto& refusal : refusals) fail(std::move(refusal));
    return refusals.empty();
  }

  /// Whether a streaming job that keeps its state by savepoints is gone without one; says so. It is not begun
  /// anew: it would read and write all of it again.
  bool has_lost_its_state() {
    if (workload_ != nullptr || !keeps_state() || !has_lost_state(recorded_, template_)) return false;
    set_state(State::kFailed);
    fail("StateLost",
         "has lost its " + template_.kind + " " + child_ +
             " without a savepoint, and would begin anew: set spec.stages[" + stage_.name +
             "].workload.template.spec.job.initialSavepointPath to its last checkpoint or savepoint (" +
             decision_.status.checkpoints + "), or give the stage another name to begin anew",
         true);
    return true;
  }

  void create(const Rendered& objects) {
    auto body = objects.workload;
    const auto savepoint = savepoint_to_go_on_from(recorded_, template_);
    if (keeps_state() && !savepoint.empty()) body["spec"]["job"]["initialSavepointPath"] = savepoint;
    // No pod is left that could ask for another.
    delete_config_maps(stage_.name, child_, objects.config_map_name, context_, decision_.actions);
    if (!ensure_config_map(objects)) return;
    decision_.actions.push_back(CreateWorkload{stage_.name, template_.api_version, template_.kind, child_,
                                               body.dump(),
                                               annotation_of(body, controllers::kHashAnnotation)});
  }

  void change(const Rendered& objects) {
    auto body = objects.workload;
    const auto hash = annotation_of(body, controllers::kHashAnnotation);
    const bool changed = hash != workload_->hash;
    if (changed && annotation_of(body, controllers::kInputsAnnotation) == workload_->inputs &&
        !context_.inputs.may_roll) {
      decision_.waits_to_roll = true;
      return;
    }
    // Whoever edits such an object by hand makes its operator run it anew: once is enough.
    if (changed && !kind_.changes_in_place()) return remove(*workload_, "its rendering has changed");
    const auto why = changed ? std::string("the rendering changed") : drift(body);
    if (!ensure_config_map(objects)) return;
    if (!why.empty() && kind_.changes_in_place()) {
      body["metadata"]["uid"] = workload_->uid;
      decision_.actions.push_back(ApplyWorkload{stage_.name, template_.api_version, template_.kind, child_,
                                                workload_->uid, body.dump(), hash, why});
    }
    // A ConfigMap goes once the workload runs with another one, so that no pod can ask for it any more.
    const bool settled = workload_->observation.state == State::kRunning &&
                         !workload_->observation.is_asked_to_stop && decision_.actions.empty();
    if (settled)
      delete_config_maps(stage_.name, child_, objects.config_map_name, context_, decision_.actions);
  }

  bool ensure_config_map(const Rendered& objects) {
    auto failure = stages::ensure_config_map(stage_.name, objects, context_, decision_.actions);
    if (failure) fail(std::move(*failure));
    return !failure;
  }

  /// Where the workload contradicts the rendering; empty: nowhere, or the server has already answered so.
  std::string drift(const Json& body) const {
    const auto& answer = workload_->answer;
    if (answer && answer->hash == workload_->hash && answer->fields == workload_->fields) return {};
    return controllers::first_difference(Json::parse(fields_of(body)),
                                         Json::parse(workload_->fields, nullptr, false));
  }

  void report_actions() {
    if (decision_.actions.empty()) return;
    const bool matters = std::ranges::any_of(decision_.actions, [](const auto& action) {
      return !std::holds_alternative<DeleteConfigMap>(action);
    });
    const auto failed = context_.observed.failures.find(stage_.name);
    // What cannot succeed must not keep other pipelines from rolling.
    is_stuck_ = failed != context_.observed.failures.end() && failed->second.permanent;
    decision_.rolling = decision_.rolling || (matters && !is_stuck_);
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
      if (!wants_to_run_ && has_pods(context_.pipeline, stage_.name, context_.inputs.bridges))
        return fail("Suspending", "waits until its pods are gone");
      // It is so until it is started again.
      if (!wants_to_run_ || (was(State::kSuspended) && decision_.actions.empty()))
        set_state(State::kSuspended);
      return;
    }
    const auto& seen = workload_->observation;
    remember(seen);
    if (is_of_another_kind()) {
      status.kind = workload_->kind;
      status.checkpoints = recorded_.checkpoints;
    }
    if (wants_to_run_ && seen.state == State::kStarting && !is_stuck_) decision_.rolling = true;
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
  bool is_stuck_ = false;  ///< the actions cannot succeed
  const ObservedWorkload* workload_ = nullptr;
  api::StageStatus recorded_ = {};  ///< what the status says now; empty: nothing
  StageDecision decision_;
};

}  // namespace

StageDecision decide_template(const api::Stage& stage, const StageContext& context) {
  return Decider(stage, context).decide();
}

}  // namespace fusion::stages
