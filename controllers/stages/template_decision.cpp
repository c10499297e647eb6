#include <algorithm>
#include <nlohmann/json.hpp>

#include "controllers/children.h"
#include "controllers/difference.h"
#include "controllers/stages/order.h"
#include "controllers/stages/preflight.h"
#include "controllers/stages/render.h"
#include "controllers/stages/stage_config_map.h"
#include "controllers/stages/stage_decision.h"
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
    if (const auto* recorded = recorded_stage(context.pipeline, stage.name)) recorded_ = *recorded;
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
    if (has_run())
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
      if (is_kind) record_completion(workload);
      if (is_kind && !workload.terminating) {
        workload_ = &workload;
        continue;
      }
      set_state(State::kStarting);
      decision_.rolling = true;
      if (!workload.terminating) retire(workload);
      fail("ChildTerminating", "waits until " + workload.kind + " " + child_ + " is deleted");
      return false;
    }
    return true;
  }

  /// Makes room for another kind, once the state of this one is where the other can go on from.
  void retire(const ObservedWorkload& workload) {
    const auto* kind = find_workload_kind(workload.api_version, workload.kind);
    const auto& seen = workload.observation;
    const bool may_have_state = stage_.mode == api::Mode::kStreaming && kind != nullptr &&
                                kind->changes_in_place() && seen.has_been_deployed;
    if (may_have_state && seen.state == State::kSuspended) decision_.status.savepoint = seen.savepoint;
    const bool is_recorded = seen.state == State::kSuspended && recorded_.savepoint == seen.savepoint;
    if (!may_have_state || is_recorded || seen.state == State::kCompleted)
      return remove(workload, "the template names another kind");
    if (!seen.is_asked_to_stop) suspend_as_it_is(workload);
  }

  /// Whatever its template has become.
  void suspend_as_it_is(const ObservedWorkload& workload) {
    decision_.actions.push_back(
        PatchRef{stage_.name, workload.api_version, workload.kind, workload.name, workload.uid, true});
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
  bool has_run() const { return !recorded_.state.empty() && !was(State::kPending); }
  /// Whatever its object says now.
  bool has_had_state() const { return has_run() && !was(State::kStarting); }

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
    if (stage_.mode == api::Mode::kBatch || !kind_.changes_in_place()) return remove(*workload_, "suspended");
    if (workload_->observation.is_asked_to_stop) return;
    // Its operator refuses to suspend what it has not deployed; there is no state yet.
    if (!workload_->observation.has_been_deployed && !has_had_state())
      return remove(*workload_, "suspended before it ran");
    if (context_.inputs.connection != nullptr) {
      if (const auto objects = rendered(true)) return change(*objects);
    }
    // What cannot be rendered can still be stopped.
    suspend_as_it_is(*workload_);
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
    if (!has_topics()) return;
    const auto objects = rendered(false);
    if (!objects) return;
    const bool changes =
        !starts && workload_->hash != annotation_of(objects->workload, controllers::kHashAnnotation);
    if ((starts || changes) && !passes_preflight(objects->workload)) return;
    if (starts) {
      if (auto wait = too_early(stage_, context_)) return fail(std::move(*wait));
    }
    decision_.needs_volume = lacks_volume(stage_, context_);
    if (decision_.needs_volume && starts) return fail("Applying", "waits for its checkpoint volume");
    workload_ == nullptr ? create(*objects) : change(*objects);
  }

  /// A topic that is lost is told by the topics' condition; what runs may go on.
  bool has_topics() {
    const auto topic = unusable_topic(stage_, context_.inputs.topics);
    const bool is_bounded = transaction_timeout(stage_, context_.inputs.observed_topics).has_value();
    if (topic.empty() && is_bounded) return true;
    if (workload_ == nullptr) {
      fail("WaitingForTopics", topic.empty() ? "waits for the brokers' word on transaction.max.timeout.ms"
                                             : "waits for topic " + topic);
    }
    return false;
  }

  bool passes_preflight(const Json& body) {
    auto refusals = preflight(context_.pipeline, stage_, kind_, body["spec"],
                              {context_.inputs.observed_topics, context_.inputs.bridges,
                               context_.observed.nodes, context_.inputs.now, has_run()});
    for (auto& refusal : refusals) fail(std::move(refusal));
    return refusals.empty();
  }

  /// Whether a streaming job that keeps its state by savepoints is gone without one; says so. It is not begun
  /// anew: it would read and write all of it again.
  bool has_lost_its_state() {
    if (workload_ != nullptr || stage_.mode == api::Mode::kBatch || !kind_.changes_in_place()) return false;
    const bool had_state =
        recorded_.workload == child_ && (was(State::kRunning) || was(State::kFailed) || was(State::kUnknown));
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
    if (stage_.mode == api::Mode::kBatch || !kind_.changes_in_place()) return;
    if (recorded_.workload != child_ || recorded_.savepoint.empty()) return;
    auto& job = body["spec"]["job"];
    if (!job.contains("initialSavepointPath")) job["initialSavepointPath"] = recorded_.savepoint;
  }

  void create(const Rendered& objects) {
    auto body = objects.workload;
    restore(body);
    // No pod is left that could ask for another.
    delete_config_maps(stage_.name, child_, objects.config_map_name, context_, decision_.actions);
    if (!ensure_config_map(objects)) return;
    if (has_run()) set_state(State::kStarting);
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
    const bool is_stuck = failed != context_.observed.failures.end() && failed->second.permanent;
    decision_.rolling = decision_.rolling || (matters && !is_stuck);
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
  api::StageStatus recorded_ = {};  ///< what the status says now; empty: nothing
  StageDecision decision_;
};

}  // namespace

StageDecision decide_template(const api::Stage& stage, const StageContext& context) {
  return Decider(stage, context).decide();
}

}  // namespace fusion::stages
