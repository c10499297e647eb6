#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "kube/api.h"
#include "operator/metrics.h"

namespace fusion::op {

/// Counts each request, and refuses writes (Cancelled) while `may_write` says no: after the lease was lost,
/// somebody else may lead. A write that was let through before and arrives late is harmless, because each
/// carries a precondition.
///
/// Thread-safe. `api` and `metrics` must outlive it.
class GuardedApi final : public kube::Api {
 public:
  GuardedApi(kube::Api& api, Metrics& metrics, std::function<bool()> may_write);

  kube::Expected<nlohmann::json> get(const kube::ResourceType& type, const kube::ObjectKey& key) override;
  kube::Expected<kube::ListPage> list(const kube::ResourceType& type, const std::string& ns,
                                      const kube::ListOptions& options, std::stop_token stop) override;
  kube::Expected<void> watch(const kube::ResourceType& type, const std::string& ns,
                             const kube::WatchOptions& options,
                             const std::function<bool(std::string_view line)>& on_line,
                             std::stop_token stop) override;
  kube::Expected<nlohmann::json> create(const kube::ResourceType& type,
                                        const nlohmann::json& object) override;
  kube::Expected<nlohmann::json> apply(const kube::ResourceType& type, const nlohmann::json& object,
                                       bool force) override;
  kube::Expected<nlohmann::json> patch_status(const kube::ResourceType& type, const kube::ObjectKey& key,
                                              const std::string& resource_version,
                                              const nlohmann::json& status) override;
  kube::Expected<nlohmann::json> merge_patch(const kube::ResourceType& type, const kube::ObjectKey& key,
                                             const nlohmann::json& patch) override;
  kube::Expected<void> delete_object(const kube::ResourceType& type, const kube::ObjectKey& key,
                                     const kube::DeleteOptions& options) override;
  kube::Expected<bool> serves(const kube::ResourceType& type) override;
  kube::Expected<std::string> server_version() override;

 private:
  template <class T>
  kube::Expected<T> counted(std::string_view verb, int ok_status, kube::Expected<T> answer);
  std::optional<kube::Error> refusal(std::string_view verb, const kube::ResourceType& type) const;

  kube::Api& api_;
  Metrics& metrics_;
  const std::function<bool()> may_write_;
};

}  // namespace fusion::op
