#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "kube/error.h"
#include "kube/resource.h"

namespace fusion::kube {

/// Who we are in `metadata.managedFields`.
inline constexpr std::string_view kFieldManager = "fusion-operator";

struct ListOptions {
  std::string label_selector = {};
  std::string field_selector = {};
  int limit = 500;                  ///< objects a page; 0 asks for all at once
  std::string continue_token = {};  ///< of the page before
};

/// One page of a list. The list is complete when a page came with an empty `continue_token`.
struct ListPage {
  std::vector<nlohmann::json> items;
  std::string resource_version;  ///< where a watch goes on
  std::string continue_token;
};

struct WatchOptions {
  std::string label_selector = {};
  std::string field_selector = {};
  std::string resource_version = {};      ///< events after this one
  std::chrono::seconds duration{5 * 60};  ///< the server ends the watch after this time
  std::function<void()> on_open =
      {};  ///< called on the calling thread once the server has accepted the watch
};

enum class Propagation { Background, Foreground, Orphan };

struct DeleteOptions {
  std::string uid = {};               ///< if set, an object with another UID is left alone (Conflict)
  std::string resource_version = {};  ///< if set, an object that has changed since is left alone (Conflict)
  Propagation propagation = Propagation::Background;
};

/// What the operator asks of a Kubernetes API server, and no more.
///
/// Calls are synchronous: each waits for the answer, or for the implementation's time limit. Thread-safe: any
/// number of threads may call at once. No call retries by itself; who calls decides. An answer that never
/// came (Unreachable, Timeout) leaves it open whether a write has happened, so every write is one that may be
/// repeated: `create` answers AlreadyExists then, the others are idempotent or carry a precondition.
class Api {
 public:
  virtual ~Api() = default;

  virtual Expected<nlohmann::json> get(const ResourceType& type, const ObjectKey& key) = 0;

  /// One page of objects in `ns`, or in all namespaces if `ns` is empty. Items carry `apiVersion` and `kind`.
  virtual Expected<ListPage> list(const ResourceType& type, const std::string& ns, const ListOptions& options,
                                  std::stop_token stop = {}) = 0;

  /// Streams watch events until the server ends the watch (ok), the connection breaks or falls silent
  /// (Unreachable, Timeout), or `stop` is triggered (Cancelled, in milliseconds). `on_line` is called on the
  /// calling thread with each line, one JSON watch event without its newline; when it answers false the watch
  /// ends (ok).
  virtual Expected<void> watch(const ResourceType& type, const std::string& ns, const WatchOptions& options,
                               const std::function<bool(std::string_view line)>& on_line,
                               std::stop_token stop) = 0;

  /// POST. The namespace is that of `object.metadata`. AlreadyExists if there is one of that name. Answers
  /// the object as stored.
  virtual Expected<nlohmann::json> create(const ResourceType& type, const nlohmann::json& object) = 0;

  /// Server-side apply as `kFieldManager`. Put `metadata.uid` into `object`: an object with another UID and a
  /// missing one are then a Conflict, so that apply never creates. With `force` we take over fields that
  /// others manage, without it that is a Conflict. A field that the type does not have is InvalidTemplate.
  /// Fields that our own `create` or `merge_patch` set are handed over to apply: left out of `object`, they
  /// go.
  virtual Expected<nlohmann::json> apply(const ResourceType& type, const nlohmann::json& object,
                                         bool force = true) = 0;

  /// Merge patch of the status subresource, only if the object still has `resource_version` (Conflict
  /// otherwise). A key is removed by null.
  virtual Expected<nlohmann::json> patch_status(const ResourceType& type, const ObjectKey& key,
                                                const std::string& resource_version,
                                                const nlohmann::json& status) = 0;

  /// RFC 7386 merge patch of the object, for finalizers, the growth of claims, leases.
  /// `metadata.resourceVersion` and `metadata.uid` in `patch` are preconditions (Conflict).
  virtual Expected<nlohmann::json> merge_patch(const ResourceType& type, const ObjectKey& key,
                                               const nlohmann::json& patch) = 0;

  /// NotFound if it is already gone. Finalizers may keep the object for a while after this has answered ok.
  virtual Expected<void> delete_object(const ResourceType& type, const ObjectKey& key,
                                       const DeleteOptions& options) = 0;

  /// Discovery: whether the server serves this group, version and resource now. An error is neither yes nor
  /// no.
  virtual Expected<bool> serves(const ResourceType& type) = 0;

  /// Such as "v1.34.4".
  virtual Expected<std::string> server_version() = 0;
};

}  // namespace fusion::kube
