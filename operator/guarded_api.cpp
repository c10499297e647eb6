#include "operator/guarded_api.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace fusion::op {

using kube::Expected;
using kube::ObjectKey;
using kube::ResourceType;
using nlohmann::json;

GuardedApi::GuardedApi(kube::Api& api, Metrics& metrics, std::function<bool()> may_write)
    : api_(api), metrics_(metrics), may_write_(std::move(may_write)) {}

template <class T>
Expected<T> GuardedApi::counted(std::string_view verb, int ok_status, Expected<T> answer) {
  metrics_.count_kube_request(verb, answer ? ok_status : answer.error().http_status);
  return answer;
}

std::optional<kube::Error> GuardedApi::refusal(std::string_view verb, const ResourceType& type) const {
  if (may_write_()) return std::nullopt;
  return kube::Error{kube::Reason::Cancelled, std::string(verb) + " " + type.plural +
                                                  ": not sent, because this process does not hold the lease"};
}

Expected<json> GuardedApi::get(const ResourceType& type, const ObjectKey& key) {
  return counted("get", 200, api_.get(type, key));
}

Expected<kube::ListPage> GuardedApi::list(const ResourceType& type, const std::string& ns,
                                          const kube::ListOptions& options, std::stop_token stop) {
  return counted("list", 200, api_.list(type, ns, options, std::move(stop)));
}

Expected<void> GuardedApi::watch(const ResourceType& type, const std::string& ns,
                                 const kube::WatchOptions& options,
                                 const std::function<bool(std::string_view line)>& on_line,
                                 std::stop_token stop) {
  return counted("watch", 200, api_.watch(type, ns, options, on_line, std::move(stop)));
}

Expected<json> GuardedApi::create(const ResourceType& type, const json& object) {
  if (auto refused = refusal("create", type)) return kube::fail(*refused);
  return counted("create", 201, api_.create(type, object));
}

Expected<json> GuardedApi::apply(const ResourceType& type, const json& object, bool force) {
  if (auto refused = refusal("apply", type)) return kube::fail(*refused);
  return counted("apply", 200, api_.apply(type, object, force));
}

Expected<json> GuardedApi::patch_status(const ResourceType& type, const ObjectKey& key,
                                        const std::string& resource_version, const json& status) {
  if (auto refused = refusal("patch status", type)) return kube::fail(*refused);
  return counted("patch_status", 200, api_.patch_status(type, key, resource_version, status));
}

Expected<json> GuardedApi::merge_patch(const ResourceType& type, const ObjectKey& key, const json& patch) {
  if (auto refused = refusal("patch", type)) return kube::fail(*refused);
  return counted("patch", 200, api_.merge_patch(type, key, patch));
}

Expected<void> GuardedApi::delete_object(const ResourceType& type, const ObjectKey& key,
                                         const kube::DeleteOptions& options) {
  if (auto refused = refusal("delete", type)) return kube::fail(*refused);
  return counted("delete", 200, api_.delete_object(type, key, options));
}

Expected<bool> GuardedApi::serves(const ResourceType& type) {
  return counted("discover", 200, api_.serves(type));
}

Expected<std::string> GuardedApi::server_version() { return counted("version", 200, api_.server_version()); }

}  // namespace fusion::op
