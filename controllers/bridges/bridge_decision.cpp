#include "controllers/bridges/bridge_decision.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controllers/bridges/child_name.h"
#include "controllers/bridges/render.h"
#include "controllers/children.h"
#include "controllers/difference.h"
#include "controllers/quantity.h"

namespace fusion::bridges {
namespace {

using controllers::Failure;
using Json = nlohmann::json;

bool same_size(const std::string& a, const std::string& b) {
  const auto left = controllers::Quantity::parse(a);
  const auto right = controllers::Quantity::parse(b);
  return left && right ? *left == *right : a == b;
}

std::vector<std::string> modes_of(const api::Volume& volume) {
  return volume.access_modes.empty() ? std::vector<std::string>{"ReadWriteOnce"} : volume.access_modes;
}

/// Whether a set with the claim template `is` needs not be made anew for `wanted`.
bool same_volume(const std::optional<api::Volume>& is, const std::optional<api::Volume>& wanted) {
  if (!is || !wanted) return is.has_value() == wanted.has_value();
  return same_size(is->size, wanted->size) && modes_of(*is) == modes_of(*wanted) &&
         (!wanted->storage_class_name || is->storage_class_name == wanted->storage_class_name);
}

/// Decides on one bridge, step by step.
class Decider {
 public:
  Decider(const api::Bridge& bridge, const BridgeContext& context)
      : bridge_(bridge),
        context_(context),
        child_(child_name(context.pipeline.metadata.name, bridge.name)),
        set_(find_set(context.observed, child_)) {}

  BridgeDecision decide() && {
    if (set_ != nullptr && set_->controller_uid != context_.pipeline.metadata.uid) {
      name_conflict("StatefulSet", child_);
      set_ = nullptr;
    } else if (set_ != nullptr && set_->terminating) {
      fail({"ChildTerminating",
            "bridge " + bridge_.name + " waits until StatefulSet " + child_ + " is deleted", false});
    } else {
      pin_topics();
      if (set_ == nullptr) {
        start();
      } else {
        keep();
      }
      report_actions();
    }
    report_progress(bridge_, set_, context_, decision_);
    plan_renewal(context_, decision_);
    return std::move(decision_);
  }

 private:
  bool is_suspended() const { return api::is_suspended(context_.pipeline.spec, bridge_); }

  void fail(Failure failure) { decision_.failures.push_back(std::move(failure)); }

  void name_conflict(const std::string& kind, const std::string& name) {
    const auto& metadata = context_.pipeline.metadata;
    fail({"NameConflict",
          kind + " " + metadata.namespace_name + "/" + name +
              " is not controlled by this pipeline, and bridge " + bridge_.name +
              " needs that name: delete it if nobody needs it, or rename the bridge",
          true});
  }

  /// A bridge's position and state belong to its topics: other ones would be another bridge.
  void pin_topics() {
    if (set_ != nullptr) running_ = running_config(context_.observed, *set_);
    const auto* recorded = recorded_bridge(context_.pipeline, bridge_.name);
    std::string from = bridge_.from.topic;
    std::string to = bridge_.to_topic;
    if (recorded != nullptr && has_run(*recorded) && !recorded->from_topic.empty()) {
      from = recorded->from_topic;
      to = recorded->to_topic;
    } else if (running_) {
      from = running_->from.name;
      to = running_->to.name;
    }
    if (from == bridge_.from.topic && to == bridge_.to_topic) return;
    fail({"BridgeTopicsImmutable",
          "bridge " + bridge_.name + " carries " + from + " to " + to + " and spec.bridges[" + bridge_.name +
              "] asks for " + bridge_.from.topic + " to " + bridge_.to_topic +
              ": the old one keeps running; give the new one another name, or set the topics back",
          true});
    bridge_.from.topic = from;
    bridge_.to_topic = to;
  }

  /// The id that pods must find: what status recorded, else what they run with.
  std::string topic_id(const std::string& topic) const {
    for (const auto& status : context_.inputs.topics.status) {
      if (status.name == topic && !status.topic_id.empty()) return status.topic_id;
    }
    if (running_ && running_->from.name == topic) return running_->from.id;
    if (running_ && running_->to.name == topic) return running_->to.id;
    if (running_ && running_->dead_letter && running_->dead_letter->topic.name == topic)
      return running_->dead_letter->topic.id;
    return {};
  }

  std::vector<std::string> topics() const {
    std::vector<std::string> topics{bridge_.from.topic, bridge_.to_topic};
    if (bridge_.dead_letter) topics.push_back(bridge_.dead_letter->topic);
    return topics;
  }

  /// Whether a topic is missing that was not there when the bridge was created; says so.
  bool waits_for_dead_letters() {
    if (!bridge_.dead_letter || !topic_id(bridge_.dead_letter->topic).empty()) return false;
    wait_for(bridge_.dead_letter->topic);
    return true;
  }

  void wait_for(const std::string& topic) {
    fail({"WaitingForTopics", "bridge " + bridge_.name + " waits for topic " + topic, false});
  }

  bool is_renderable() const {
    return context_.inputs.connection != nullptr && !topic_id(bridge_.from.topic).empty() &&
           !topic_id(bridge_.to_topic).empty();
  }

  Rendering rendering() const {
    const auto volume = context_.inputs.volumes.find(bridge_.name);
    return {context_.pipeline,
            bridge_,
            *context_.inputs.connection,
            context_.settings,
            topic_id(bridge_.from.topic),
            topic_id(bridge_.to_topic),
            bridge_.dead_letter ? topic_id(bridge_.dead_letter->topic) : "",
            volume == context_.inputs.volumes.end() ? std::nullopt : volume->second};
  }

  void start() {
    if (context_.inputs.connection_failure) {
      fail(*context_.inputs.connection_failure);
      return;
    }
    const auto* recorded = recorded_bridge(context_.pipeline, bridge_.name);
    const bool ran_before = recorded != nullptr && has_run(*recorded);
    for (const auto& topic : topics()) {
      if (context_.inputs.topics.usable.contains(topic) || (ran_before && !topic_id(topic).empty())) continue;
      wait_for(topic);
      return;
    }
    const auto r = rendering();
    const auto body = render_stateful_set(r);
    if (!ensure_config_map(r)) return;
    decision_.actions.push_back(CreateStatefulSet{bridge_.name, child_, body.dump(), hash_of(body)});
  }

  void keep() {
    if (!is_renderable()) {
      if (context_.inputs.connection_failure) fail(*context_.inputs.connection_failure);
      return;
    }
    if (waits_for_dead_letters()) return;
    const auto r = rendering();
    auto body = render_stateful_set(r);
    const auto hash = hash_of(body);
    const bool changed = hash != set_->hash;
    if (context_.inputs.connection_failure) {
      fail(*context_.inputs.connection_failure);
      // Pods rolled now would not start; stopping them is always possible.
      if (changed && !is_suspended()) return;
    }
    if (changed && running_ && !is_suspended()) {
      if (auto held = unconfirmed_connection(*set_, *running_, r, context_.inputs)) {
        fail(std::move(*held));
        return;
      }
    }
    if (changed && inputs_of(body) == set_->inputs && !context_.inputs.may_roll) {
      decision_.waits_to_roll = true;
      return;
    }
    if (!ensure_config_map(r)) return;
    if (!same_volume(set_->volume, r.volume)) {
      decision_.actions.push_back(
          OrphanStatefulSet{bridge_.name, child_, set_->uid,
                            "its claim template changes, which Kubernetes cannot do in place"});
      return;
    }
    const auto why = changed ? "the rendering changed" : drift(body);
    if (!why.empty()) {
      body["metadata"]["uid"] = set_->uid;
      decision_.actions.push_back(ApplyStatefulSet{bridge_.name, child_, set_->uid, body.dump(), hash, why});
    } else {
      collect_config_maps(config_map_name_of(body));
    }
  }

  /// Where the set contradicts the rendering; empty: nowhere, or the server has already answered so.
  std::string drift(const Json& body) const {
    if (set_->answer && set_->answer->hash == set_->hash && set_->answer->fields == set_->fields) return {};
    return controllers::first_difference(Json::parse(fields_of(body)),
                                         Json::parse(set_->fields, nullptr, false));
  }

  static std::string hash_of(const Json& body) {
    return body["metadata"]["annotations"][controllers::kHashAnnotation].get<std::string>();
  }
  static std::string inputs_of(const Json& body) {
    return body["metadata"]["annotations"][controllers::kInputsAnnotation].get<std::string>();
  }
  static std::string config_map_name_of(const Json& body) { return project_stateful_set(body).config_map; }

  /// False: something else has the name.
  bool ensure_config_map(const Rendering& r) {
    const auto body = render_config_map(r);
    const auto name = body["metadata"]["name"].get<std::string>();
    for (const auto& map : context_.observed.config_maps) {
      if (map.name != name) continue;
      if (map.controller_uid == context_.pipeline.metadata.uid) return true;
      name_conflict("ConfigMap", name);
      return false;
    }
    decision_.actions.push_back(CreateConfigMap{bridge_.name, name, body.dump()});
    return true;
  }

  /// A ConfigMap goes only when no pod can ask for it any more.
  void collect_config_maps(const std::string& wanted) {
    if (!is_rolled(*set_)) return;
    for (const auto& map : context_.observed.config_maps) {
      if (map.child == child_ && map.controller_uid == context_.pipeline.metadata.uid && map.name != wanted &&
          map.name != set_->config_map && !map.terminating) {
        decision_.actions.push_back(DeleteConfigMap{bridge_.name, map.name, map.uid});
      }
    }
  }

  void report_actions() {
    const bool matters =
        std::any_of(decision_.actions.begin(), decision_.actions.end(),
                    [](const auto& action) { return !std::holds_alternative<DeleteConfigMap>(action); });
    const auto failed = context_.observed.failures.find(bridge_.name);
    if (!decision_.actions.empty() && failed != context_.observed.failures.end()) {
      fail(failed->second);
    } else if (matters) {
      fail({"Applying", "bridge " + bridge_.name + " is being " + (set_ == nullptr ? "created" : "changed"),
            false});
    }
  }

  api::Bridge bridge_;
  const BridgeContext& context_;
  const std::string child_;
  const ObservedStatefulSet* set_;
  std::optional<contract::BridgeConfig> running_;
  BridgeDecision decision_;
};

}  // namespace

BridgeDecision decide(const api::Bridge& bridge, const BridgeContext& context) {
  return Decider(bridge, context).decide();
}

const api::BridgeStatus* recorded_bridge(const api::FusionPipeline& pipeline, const std::string& name) {
  for (const auto& status : pipeline.status.bridges) {
    if (status.name == name) return &status;
  }
  return nullptr;
}

bool has_run(const api::BridgeStatus& recorded) {
  return !recorded.state.empty() && recorded.state != kPending;
}

const ObservedStatefulSet* find_set(const ObservedBridges& observed, const std::string& child) {
  for (const auto& set : observed.stateful_sets) {
    if (set.name == child) return &set;
  }
  return nullptr;
}

bool is_rolled(const ObservedStatefulSet& set) {
  return set.observed_generation >= set.generation && set.updated_replicas == set.status_replicas &&
         set.status_replicas == set.replicas;
}

std::optional<contract::BridgeConfig> running_config(const ObservedBridges& observed,
                                                     const ObservedStatefulSet& set) {
  for (const auto& map : observed.config_maps) {
    if (map.name != set.config_map || map.controller_uid != set.controller_uid) continue;
    if (auto config = contract::parse_bridge_config(map.config)) return *config;
  }
  return std::nullopt;
}

}  // namespace fusion::bridges
