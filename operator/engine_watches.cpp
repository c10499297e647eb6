#include "operator/engine_watches.h"

#include <pthread.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controllers/children.h"
#include "controllers/served_object.h"
#include "controllers/stages/apply.h"
#include "kube/informer.h"
#include "operator/pause.h"

namespace fusion::op {
namespace {

using nlohmann::json;
using Workload = Child<stages::ObservedWorkload>;

constexpr std::chrono::milliseconds kAskAgain{2'000};
constexpr std::chrono::milliseconds kLook{100};
constexpr std::chrono::seconds kPatience{30};
/// Whether there is more than one that takes pods is what matters.
constexpr int kCountedNodes = 100;

std::string name_of(const api::EngineKind& kind) {
  return stages::kind_name(std::string(kind.group) + "/" + std::string(kind.version), kind.kind);
}

kube::ResourceType nodes_type() {
  return {.group = "", .version = "v1", .plural = "nodes", .kind = "Node", .namespaced = false};
}

kube::Expected<Workload> project(const json& object) {
  return Workload{stages::project_workload(object),
                  controllers::served::label(object, controllers::kPipelineLabel),
                  controllers::served::text(object, "/metadata/resourceVersion")};
}

}  // namespace

struct EngineWatches::Watched {
  ChildIndex<stages::ObservedWorkload> index;
  std::vector<std::unique_ptr<kube::Informer<Workload>>> informers;  // last: they write into the index

  bool has_synced() const {
    return std::ranges::all_of(informers, [](const auto& informer) { return informer->has_synced(); });
  }
};

EngineWatches::EngineWatches(kube::Api& api, std::vector<std::string> namespaces,
                             std::chrono::milliseconds interval, Callbacks callbacks, Log log)
    : api_(api),
      namespaces_(namespaces.empty() ? std::vector<std::string>{""} : std::move(namespaces)),
      interval_(interval),
      callbacks_(std::move(callbacks)),
      log_(std::move(log)) {}

EngineWatches::~EngineWatches() { stop(); }

void EngineWatches::start() {
  thread_ = std::jthread([this](std::stop_token stop) { run(std::move(stop)); });
}

void EngineWatches::stop() {
  if (thread_.joinable()) {
    thread_.request_stop();
    thread_.join();
  }
  std::map<std::string, std::shared_ptr<Watched>> watched;
  {
    std::lock_guard lock(mutex_);
    watched = watched_;
  }
  for (const auto& [name, kind] : watched) {
    for (const auto& informer : kind->informers) informer->stop();
  }
}

void EngineWatches::run(std::stop_token stop) {
  pthread_setname_np(pthread_self(), "engine-discover");
  while (!stop.stop_requested()) {
    discover();
    count_nodes();
    bool discovered;
    {
      std::lock_guard lock(mutex_);
      discovered = discovered_;
    }
    if (!pause(stop, discovered ? interval_ : std::min(interval_, kAskAgain))) return;
  }
}

void EngineWatches::discover() {
  bool all_answered = true;
  bool changed = false;
  for (const auto& kind : api::engine_kinds()) {
    const auto served = api_.serves(stages::resource_type(kind));
    if (!served) {
      all_answered = false;
      log_.debug("cannot see whether a kind is installed",
                 {{"kind", name_of(kind)}, {"error", served.error().message}});
      continue;
    }
    bool known;
    {
      std::lock_guard lock(mutex_);
      known = watched_.contains(name_of(kind));
    }
    if (*served == known) continue;
    changed = true;
    *served ? add(kind) : drop(kind);
  }
  {
    std::lock_guard lock(mutex_);
    discovered_ = discovered_ || all_answered;
  }
  if (changed) callbacks_.on_discovery();
}

void EngineWatches::add(const api::EngineKind& kind) {
  auto watched = std::make_shared<Watched>();
  for (const auto& ns : namespaces_) {
    kube::InformerOptions options;
    options.type = stages::resource_type(kind);
    options.ns = ns;
    options.label_selector = std::string(controllers::kManagedByLabel) + "=" + controllers::kManagedByValue;
    kube::Informer<Workload>::Callbacks callbacks;
    callbacks.on_change = [this, index = &watched->index](const kube::Change<Workload>& change) {
      for (const auto& group : index->change(change)) callbacks_.on_change(group);
    };
    callbacks.on_health = [this, name = name_of(kind)](const kube::Health& health) {
      if (health.state == kube::Health::State::Unknown && health.last_error)
        log_.warning("cannot watch", {{"kind", name}, {"error", health.last_error->message}});
      if (health.state != kube::Health::State::Live) return;
      log_.info("watching", {{"kind", name}});
      callbacks_.on_discovery();
    };
    watched->informers.push_back(
        std::make_unique<kube::Informer<Workload>>(api_, std::move(options), project, std::move(callbacks)));
  }
  {
    std::lock_guard lock(mutex_);
    watched_[name_of(kind)] = watched;
  }
  for (const auto& informer : watched->informers) informer->start();
}

void EngineWatches::drop(const api::EngineKind& kind) {
  log_.info("no longer installed", {{"kind", name_of(kind)}});
  std::shared_ptr<Watched> watched;
  {
    std::lock_guard lock(mutex_);
    watched = std::exchange(watched_[name_of(kind)], nullptr);
    watched_.erase(name_of(kind));
  }
  // Joined here, while nobody holds the lock.
  for (const auto& informer : watched->informers) informer->stop();
}

void EngineWatches::count_nodes() {
  kube::ListOptions options;
  options.limit = kCountedNodes;
  const auto page = api_.list(nodes_type(), "", options);
  if (!page) return;  // not allowed, or not now: what was known last holds
  const auto takes_pods = [](const json& node) {
    const auto& taints = controllers::served::at(node, "/spec/taints");
    return controllers::served::at(node, "/spec/unschedulable") != true &&
           std::ranges::none_of(taints, [](const json& taint) {
             // Kubernetes' own taints tell of troubles that pass.
             if (controllers::served::text(taint, "/key").starts_with("node.kubernetes.io/")) return false;
             const auto effect = controllers::served::text(taint, "/effect");
             return effect == "NoSchedule" || effect == "NoExecute";
           });
  };
  std::lock_guard lock(mutex_);
  nodes_ = static_cast<int>(std::ranges::count_if(page->items, takes_pods));
}

bool EngineWatches::all_synced() const {
  std::lock_guard lock(mutex_);
  return discovered_ &&
         std::ranges::all_of(watched_, [](const auto& entry) { return entry.second->has_synced(); });
}

bool EngineWatches::wait_for_sync(std::stop_token stop) const {
  const auto patience = std::chrono::steady_clock::now() + kPatience;
  while (!all_synced() && std::chrono::steady_clock::now() < patience) {
    if (!pause(stop, kLook)) return false;
  }
  return true;
}

std::set<std::string> EngineWatches::served() const {
  std::lock_guard lock(mutex_);
  std::set<std::string> names;
  for (const auto& [name, watched] : watched_) {
    if (watched->has_synced()) names.insert(name);
  }
  return names;
}

std::set<std::string> EngineWatches::unlisted() const {
  std::lock_guard lock(mutex_);
  std::set<std::string> names;
  for (const auto& kind : api::engine_kinds()) {
    const auto watched = watched_.find(name_of(kind));
    // Before the first answer none is known to be missing.
    if (watched == watched_.end() ? !discovered_ : !watched->second->has_synced())
      names.insert(name_of(kind));
  }
  return names;
}

std::vector<Known<stages::ObservedWorkload>> EngineWatches::workloads(const Group& group) const {
  std::lock_guard lock(mutex_);
  std::vector<Known<stages::ObservedWorkload>> workloads;
  for (const auto& [name, watched] : watched_) {
    for (const auto& child : watched->index.find(group))
      workloads.push_back({child->object, child->resource_version});
  }
  return workloads;
}

std::optional<int> EngineWatches::nodes() const {
  std::lock_guard lock(mutex_);
  return nodes_;
}

}  // namespace fusion::op
