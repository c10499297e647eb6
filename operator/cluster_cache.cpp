#include "operator/cluster_cache.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "api/parse_metadata.h"
#include "api/status_json.h"
#include "controllers/bridges/child_name.h"
#include "controllers/children.h"

namespace fusion::op {
namespace {

using nlohmann::json;

const json* object_member(const json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || !found->is_object() ? nullptr : &*found;
}

std::string text_member(const json* object, const char* name) {
  if (object == nullptr) return {};
  const auto found = object->find(name);
  return found == object->end() || !found->is_string() ? std::string() : found->get<std::string>();
}

kube::InformerOptions options_for(const kube::ResourceType& type, const std::string& ns) {
  kube::InformerOptions options;
  options.type = type;
  options.ns = ns;
  return options;
}

}  // namespace

KnownPipeline project_pipeline(const json& object) {
  KnownPipeline known;
  if (auto parsed = api::parse(object)) {
    known.pipeline = std::move(*parsed);
    return known;
  } else {
    known.problems = std::move(parsed.error());
  }
  static const json kNone = json::object();
  const json* metadata = object_member(object, "metadata");
  const json* status = object_member(object, "status");
  known.pipeline.metadata = api::metadata_from_json(metadata == nullptr ? kNone : *metadata);
  known.pipeline.status = api::status_from_json(status == nullptr ? kNone : *status);
  const json* spec = object_member(object, "spec");
  if (text_member(spec, "deletionPolicy") == "Delete")
    known.pipeline.spec.deletion_policy = api::DeletionPolicy::kDelete;
  return known;
}

struct ClusterCache::Watches {
  std::unique_ptr<kube::Informer<KnownPipeline>> pipelines;
  std::unique_ptr<kube::Informer<Child<bridges::ObservedStatefulSet>>> stateful_sets;
  std::unique_ptr<kube::Informer<Child<bridges::ObservedConfigMap>>> config_maps;
  std::unique_ptr<kube::Informer<Child<bridges::ObservedPod>>> pods;
  std::unique_ptr<kube::Informer<Child<checkpoints::ObservedClaim>>> volume_claims;

  template <class Visit>
  void for_each(Visit visit) const {
    // Children first: a pipeline that is known before its children would be given them a second time.
    visit(*stateful_sets);
    visit(*config_maps);
    visit(*pods);
    visit(*volume_claims);
    visit(*pipelines);
  }
};

ClusterCache::ClusterCache(kube::Api& api, const std::vector<std::string>& namespaces,
                           std::chrono::milliseconds engine_discovery, ClaimBook& claims, WorkQueue& queue,
                           Metrics& metrics, Log log)
    : claims_(claims),
      queue_(queue),
      metrics_(metrics),
      log_(std::move(log)),
      engines_(
          api, namespaces, engine_discovery,
          {.on_change = [this](const auto& group) { wake(group); }, .on_discovery = [this] { wake_all(); }},
          log_) {
  const std::vector<std::string> everywhere{""};
  for (const auto& ns : namespaces.empty() ? everywhere : namespaces) {
    auto watches = std::make_unique<Watches>();
    watch_pipelines(api, ns, *watches);
    namespace types = kube::resources;
    watches->stateful_sets =
        watch_children(api, types::stateful_sets(), ns, stateful_sets_, &bridges::project_stateful_set);
    watches->config_maps =
        watch_children(api, types::config_maps(), ns, config_maps_, &bridges::project_config_map);
    watches->pods = watch_children(api, types::pods(), ns, pods_, &bridges::project_pod);
    watches->volume_claims = watch_children(api, types::persistent_volume_claims(), ns, volume_claims_,
                                            &checkpoints::project_claim);
    watches_.push_back(std::move(watches));
  }
}

ClusterCache::~ClusterCache() { stop(); }

template <class T>
std::unique_ptr<kube::Informer<Child<T>>> ClusterCache::watch_children(kube::Api& api,
                                                                       const kube::ResourceType& type,
                                                                       const std::string& ns,
                                                                       ChildIndex<T>& index,
                                                                       T (*project)(const json&)) {
  auto options = options_for(type, ns);
  options.label_selector = std::string(controllers::kManagedByLabel) + "=" + controllers::kManagedByValue;
  auto project_child = [project](const json& object) -> kube::Expected<Child<T>> {
    const json* metadata = object_member(object, "metadata");
    const json* labels = metadata == nullptr ? nullptr : object_member(*metadata, "labels");
    return Child<T>{project(object), text_member(labels, controllers::kPipelineLabel),
                    text_member(metadata, "resourceVersion")};
  };
  typename kube::Informer<Child<T>>::Callbacks callbacks;
  callbacks.on_change = [this, &index](const kube::Change<Child<T>>& change) {
    for (const auto& group : index.change(change)) wake(group);
  };
  callbacks.on_health = [this, type, ns](const kube::Health& health) {
    health_changed(type.plural, ns, health);
  };
  return std::make_unique<kube::Informer<Child<T>>>(api, std::move(options), std::move(project_child),
                                                    std::move(callbacks));
}

void ClusterCache::watch_pipelines(kube::Api& api, const std::string& ns, Watches& watches) {
  const auto type = kube::resources::fusion_pipelines();
  kube::Informer<KnownPipeline>::Callbacks callbacks;
  callbacks.on_change = [this](const kube::Change<KnownPipeline>& change) { pipeline_changed(change); };
  callbacks.on_health = [this, type, ns](const kube::Health& health) {
    health_changed(type.plural, ns, health);
  };
  watches.pipelines = std::make_unique<kube::Informer<KnownPipeline>>(
      api, options_for(type, ns),
      [](const json& object) -> kube::Expected<KnownPipeline> { return project_pipeline(object); },
      std::move(callbacks));
}

void ClusterCache::start() {
  for (const auto& watches : watches_) {
    watches->for_each([](auto& informer) { informer.start(); });
  }
  engines_.start();
}

void ClusterCache::stop() {
  engines_.stop();
  for (const auto& watches : watches_) {
    watches->for_each([](auto& informer) { informer.stop(); });
  }
}

bool ClusterCache::has_synced() const {
  bool synced = true;
  for (const auto& watches : watches_) {
    watches->for_each([&](const auto& informer) { synced = synced && informer.has_synced(); });
  }
  return synced;
}

bool ClusterCache::wait_for_sync(std::stop_token stop) const {
  constexpr std::chrono::milliseconds kLookForStop{200};
  for (const auto& watches : watches_) {
    bool synced = true;
    watches->for_each([&](const auto& informer) {
      while (!stop.stop_requested() && !informer.wait_for_sync(kLookForStop)) continue;
      synced = synced && informer.has_synced();
    });
    if (!synced) return false;
  }
  return engines_.wait_for_sync(std::move(stop));
}

std::string ClusterCache::problems() const {
  std::lock_guard lock(mutex_);
  std::string text;
  for (const auto& [kind, problem] : problems_) text += kind + ": " + problem + "\n";
  return text;
}

std::shared_ptr<const KnownPipeline> ClusterCache::pipeline(const kube::ObjectKey& key) const {
  for (const auto& watches : watches_) {
    if (const auto found = watches->pipelines->get(key); found && *found) return *found;
  }
  return nullptr;
}

Children ClusterCache::children(const kube::ObjectKey& pipeline) const {
  const std::pair group{pipeline.ns, bridges::label_value(pipeline.name)};
  Children children;
  for (const auto& child : stateful_sets_.find(group)) {
    children.stateful_sets.push_back({child->object, child->resource_version});
  }
  for (const auto& child : config_maps_.find(group)) {
    children.config_maps.push_back({child->object, child->resource_version});
  }
  for (const auto& child : pods_.find(group)) children.pods.push_back(child->object);
  for (const auto& child : volume_claims_.find(group)) children.claims.push_back(child->object);
  children.workloads = engines_.workloads(group);
  return children;
}

Engines ClusterCache::engines() const { return {engines_.served(), engines_.unlisted(), engines_.nodes()}; }

std::size_t ClusterCache::pipelines() const {
  std::size_t count = 0;
  for (const auto& watches : watches_) count += watches->pipelines->size();
  return count;
}

void ClusterCache::pipeline_changed(const kube::Change<KnownPipeline>& change) {
  const std::pair group{change.key.ns, bridges::label_value(change.key.name)};
  {
    std::lock_guard lock(mutex_);
    if (change.after) {
      pipeline_of_label_[group] = change.key.name;
    } else {
      pipeline_of_label_.erase(group);
    }
  }
  for (const auto& concerned : claims_.set_pipeline(change.key, change.after)) queue_.add(concerned);
  queue_.add(change.key);
}

void ClusterCache::wake(const std::pair<std::string, std::string>& group) {
  std::string pipeline;
  {
    std::lock_guard lock(mutex_);
    const auto found = pipeline_of_label_.find(group);
    if (found == pipeline_of_label_.end()) return;
    pipeline = found->second;
  }
  queue_.add({group.first, pipeline});
}

void ClusterCache::wake_all() {
  std::vector<kube::ObjectKey> keys;
  {
    std::lock_guard lock(mutex_);
    for (const auto& [group, name] : pipeline_of_label_) keys.push_back({group.first, name});
  }
  for (const auto& key : keys) queue_.add(key);
}

void ClusterCache::health_changed(const std::string& kind, const std::string& ns,
                                  const kube::Health& health) {
  const bool live = health.state == kube::Health::State::Live;
  metrics_.set_watch_live(kind, live);
  const std::string name = ns.empty() ? kind : kind + " in " + ns;
  std::string problem;
  if (!live) problem = health.last_error ? health.last_error->message : "not listed yet";
  const bool no_crd = !live && kind == api::kPlural && health.last_error &&
                      health.last_error->reason == kube::Reason::NotFound;
  if (no_crd) {
    problem =
        "the CustomResourceDefinition fusionpipelines.fusion-operator.io is not installed: install it "
        "(chart value crds.enabled, or kubectl apply -f crds/); waiting for it, nothing is taken for deleted";
  }
  {
    std::lock_guard lock(mutex_);
    if (live) {
      problems_.erase(name);
    } else {
      problems_[name] = problem;
    }
  }
  if (live) {
    log_.info("watching", {{"kind", name}});
  } else if (health.state == kube::Health::State::Unknown) {
    log_.warning("cannot watch", {{"kind", name}, {"error", problem}});
  }
}

}  // namespace fusion::op
