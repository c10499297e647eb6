#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "kube/informer_core.h"

namespace fusion::kube {

/// One change of a cached object. Added: no `before`. Deleted: no `after`; and no `before` either if it did
/// not project. An object that was deleted and made anew unseen is told as deleted, then added.
template <class T>
struct Change {
  ObjectKey key;
  std::shared_ptr<const T> before;
  std::shared_ptr<const T> after;
};

/// Keeps typed projections of all objects of one type up to date, by list and watch.
///
/// An object counts as deleted only if the server says so: by a watch event, or by a complete, successful
/// list that does not have it. A failed or partial list, a broken watch or a CRD that is gone (404) deletes
/// nothing; `health()` is Unknown then, and what is cached is the last that was known.
///
/// Threads: one, named `options.name`, which calls `on_change` and `on_rejected` with no lock held; they must
/// be quick and must not destroy the informer. All other functions may be called from any thread. The
/// destructor stops and joins the thread in less than a second. `api` must outlive the informer.
template <class T>
class Informer {
 public:
  struct Callbacks {
    std::function<void(const Change<T>&)> on_change = {};
    /// An object that does not project; told again when it changes. See `get`.
    std::function<void(const ObjectKey&, const Error&)> on_rejected = {};
    std::function<void(const Health&)> on_health = {};  ///< when the state changes
  };

  /// `project` turns the API server's JSON into what is kept; it runs on the informer's thread. The JSON is
  /// gone afterwards: a tree is ten times as large as the text.
  Informer(Api& api, InformerOptions options, std::function<Expected<T>(const nlohmann::json&)> project,
           Callbacks callbacks)
      : core_(api, std::move(options), erase(std::move(project)), erase(std::move(callbacks))) {}

  /// Starts the thread. Call once.
  void start() { core_.start(); }

  /// Whether a complete list has succeeded since the start. It stays true.
  bool has_synced() const { return core_.has_synced(); }

  /// Waits until `has_synced()`; false if that took longer than `limit`.
  bool wait_for_sync(std::chrono::milliseconds limit) const { return core_.wait_for_sync(limit); }

  Health health() const { return core_.health(); }

  /// The object; null if the server has none. Invalid if it is there but does not project (which is not the
  /// same as being absent), Unreachable if nothing has been listed yet.
  Expected<std::shared_ptr<const T>> get(const ObjectKey& key) const {
    auto found = core_.get(key);
    if (!found) return fail(found.error());
    return std::static_pointer_cast<const T>(*found);
  }

  /// All objects that project, in no particular order; `ns` empty for all namespaces.
  std::vector<std::pair<ObjectKey, std::shared_ptr<const T>>> list(const std::string& ns = {}) const {
    std::vector<std::pair<ObjectKey, std::shared_ptr<const T>>> objects;
    core_.for_each(ns, [&](const ObjectKey& key, const ErasedObject& object) {
      objects.emplace_back(key, std::static_pointer_cast<const T>(object));
    });
    return objects;
  }

  std::size_t size() const { return core_.size(); }

  /// Stops and joins the thread. What is cached stays readable.
  void stop() { core_.stop(); }

 private:
  static ErasedProjection erase(std::function<Expected<T>(const nlohmann::json&)> project) {
    return [project = std::move(project)](const nlohmann::json& json) -> Expected<ErasedObject> {
      auto object = project(json);
      if (!object) return fail(object.error());
      return ErasedObject(std::make_shared<const T>(std::move(*object)));
    };
  }

  static ErasedCallbacks erase(Callbacks callbacks) {
    ErasedCallbacks erased;
    if (callbacks.on_change) {
      erased.on_change = [on_change = std::move(callbacks.on_change)](
                             const ObjectKey& key, const ErasedObject& before, const ErasedObject& after) {
        on_change({key, std::static_pointer_cast<const T>(before), std::static_pointer_cast<const T>(after)});
      };
    }
    erased.on_rejected = std::move(callbacks.on_rejected);
    erased.on_health = std::move(callbacks.on_health);
    return erased;
  }

  InformerCore core_;
};

}  // namespace fusion::kube
