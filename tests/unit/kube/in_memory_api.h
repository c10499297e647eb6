#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kube/api.h"

namespace fusion::kube::testing {

/// An Api that keeps objects in memory, for tests of what stands on top of it.
///
/// Keeps what a caller may rely on: UIDs, resourceVersions and the conflicts on them, AlreadyExists, UID
/// preconditions, generation, managedFields of apply. It validates nothing, defaults nothing, and has no
/// finalizers' logic but one: an object with finalizers gets a deletionTimestamp and goes when the last one
/// goes. Thread-safe.
class InMemoryApi final : public Api {
 public:
  /// Puts an object there as somebody else would; answers it as stored.
  nlohmann::json put(const ResourceType& type, const nlohmann::json& object);

  /// The object, null if there is none.
  nlohmann::json find(const ResourceType& type, const ObjectKey& key) const;

  /// Every write so far, such as "create configmaps demo/a"; verbs: create, apply, patch, patch-status,
  /// delete.
  std::vector<std::string> writes() const;
  void forget_writes();

  /// The next call of `verb` (also get, list, discover) on `plural` fails so, without any effect; many are
  /// queued.
  void fail_next(const std::string& verb, const std::string& plural, Error error);

  /// Makes `serves` answer false.
  void stop_serving(const ResourceType& type);

  Expected<nlohmann::json> get(const ResourceType& type, const ObjectKey& key) override;
  Expected<ListPage> list(const ResourceType& type, const std::string& ns, const ListOptions& options,
                          std::stop_token stop = {}) override;
  /// Silent until stopped: it tells no events.
  Expected<void> watch(const ResourceType& type, const std::string& ns, const WatchOptions& options,
                       const std::function<bool(std::string_view line)>& on_line,
                       std::stop_token stop) override;
  Expected<nlohmann::json> create(const ResourceType& type, const nlohmann::json& object) override;
  Expected<nlohmann::json> apply(const ResourceType& type, const nlohmann::json& object,
                                 bool force = true) override;
  Expected<nlohmann::json> patch_status(const ResourceType& type, const ObjectKey& key,
                                        const std::string& resource_version,
                                        const nlohmann::json& status) override;
  Expected<nlohmann::json> merge_patch(const ResourceType& type, const ObjectKey& key,
                                       const nlohmann::json& patch) override;
  Expected<void> delete_object(const ResourceType& type, const ObjectKey& key,
                               const DeleteOptions& options) override;
  Expected<bool> serves(const ResourceType& type) override;
  Expected<std::string> server_version() override;

 private:
  using Objects = std::map<ObjectKey, nlohmann::json>;

  std::optional<Error> planned_failure(const std::string& verb, const std::string& plural);
  void log(const std::string& verb, const ResourceType& type, const ObjectKey& key);
  nlohmann::json* object_at(const ResourceType& type, const ObjectKey& key);
  nlohmann::json& store(const ResourceType& type, const ObjectKey& key, nlohmann::json object,
                        bool spec_changed);
  Expected<nlohmann::json> patch(const ResourceType& type, const ObjectKey& key, const nlohmann::json& patch,
                                 bool spec_changes);

  mutable std::mutex mutex_;  // guards all below
  std::map<std::string, Objects> objects_;
  std::map<std::string, std::deque<Error>> failures_;
  std::set<std::string> not_served_;
  std::vector<std::string> writes_;
  long next_version_ = 1;
};

}  // namespace fusion::kube::testing
