#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "kube/api.h"
#include "kube/backoff.h"

namespace fusion::kube {

struct InformerOptions {
  ResourceType type = {};
  std::string ns = {};              ///< empty: all namespaces
  std::string label_selector = {};  ///< empty: all objects
  std::string field_selector = {};  ///< such as "metadata.name=x" to watch one object
  std::string name = {};            ///< of the thread, at most 15 characters; empty: the type's plural
  int page_size = 500;
  std::chrono::seconds watch_duration{
      5 * 60};  ///< jittered up to twice this, so that watches do not end together
  Backoff::Limits backoff = {};
};

/// What an informer can say about its objects.
struct Health {
  enum class State {
    Starting,  ///< nothing has been listed yet
    Live,      ///< listed, and a watch tells of changes
    Unknown,   ///< the last list or watch failed; what is cached is the last that was known
  };
  State state = State::Starting;
  std::optional<Error>
      last_error;  ///< why it is Unknown; NotFound means that the type is not served (its CRD is gone)
};

using ErasedObject = std::shared_ptr<const void>;
using ErasedProjection = std::function<Expected<ErasedObject>(const nlohmann::json&)>;

struct ErasedCallbacks {
  std::function<void(const ObjectKey&, const ErasedObject& before, const ErasedObject& after)> on_change = {};
  std::function<void(const ObjectKey&, const Error&)> on_rejected = {};
  std::function<void(const Health&)> on_health = {};
};

/// The part of an Informer that does not depend on the type. Use Informer.
class InformerCore {
 public:
  InformerCore(Api& api, InformerOptions options, ErasedProjection project, ErasedCallbacks callbacks);
  ~InformerCore();
  InformerCore(const InformerCore&) = delete;
  InformerCore& operator=(const InformerCore&) = delete;

  void start();
  void stop();

  bool has_synced() const;
  bool wait_for_sync(std::chrono::milliseconds limit) const;
  Health health() const;
  Expected<ErasedObject> get(const ObjectKey& key) const;
  void for_each(const std::string& ns,
                const std::function<void(const ObjectKey&, const ErasedObject&)>& visit) const;
  std::size_t size() const;

 private:
  struct Entry {
    std::string uid;
    std::string resource_version;
    ErasedObject object;             // null if it does not project
    std::optional<Error> rejection;  // set if it does not project
  };
  enum class Next { List, Watch };

  void run(const std::stop_token& stop);
  Next list_all(const std::stop_token& stop);
  Next watch_once(const std::stop_token& stop);
  Expected<void> handle_line(std::string_view line);
  Expected<ErasedObject> project(const nlohmann::json& object) const;
  void upsert(const nlohmann::json& object);
  void erase(const ObjectKey& key);
  void erase_all_but(const std::unordered_set<ObjectKey>& listed);
  Next failed(const Error& error, Next next, const std::stop_token& stop);
  void set_health(Health::State state, std::optional<Error> error);
  void wait(std::chrono::milliseconds duration, const std::stop_token& stop);

  Api& api_;
  const InformerOptions options_;
  const ErasedProjection project_;
  const ErasedCallbacks callbacks_;

  // Only touched by the informer's thread.
  std::mt19937 random_;
  Backoff backoff_;
  std::string resource_version_;

  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;   // has_synced_
  std::unordered_map<ObjectKey, Entry> entries_;  // guarded by mutex_
  Health health_;                                 // guarded by mutex_
  bool has_synced_ = false;                       // guarded by mutex_

  std::jthread thread_;
};

}  // namespace fusion::kube
