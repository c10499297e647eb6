#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "kube/api.h"
#include "kube/credentials.h"

namespace fusion::kube {

class HttpTransport;

struct HttpOptions {
  std::chrono::milliseconds request_timeout{30'000};    ///< without a byte from the server
  std::chrono::milliseconds watch_inactivity{150'000};  ///< the server sends a bookmark about every minute
  std::string user_agent = "fusion-operator";
  std::string field_manager{kFieldManager};
};

/// Api over HTTP, on cpprestsdk. Redirects are not followed: credentials would travel with them.
///
/// Threads: calls block the calling thread and must not be made on a thread of cpprestsdk's pool. `main`
/// sizes that pool (`crossplat::threadpool::initialize_with_threads`) before the first HttpApi is made.
class HttpApi final : public Api {
 public:
  /// Fails on a URL or a certificate that cannot be used; does not connect.
  static Expected<std::unique_ptr<HttpApi>> make(const Credentials& credentials,
                                                 const HttpOptions& options = {});
  ~HttpApi() override;

  Expected<nlohmann::json> get(const ResourceType& type, const ObjectKey& key) override;
  Expected<ListPage> list(const ResourceType& type, const std::string& ns, const ListOptions& options,
                          std::stop_token stop = {}) override;
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
  HttpApi(std::unique_ptr<HttpTransport> transport, std::string field_manager);

  std::unique_ptr<HttpTransport> transport_;
  const std::string field_manager_;
  const std::string manager_query_;
};

}  // namespace fusion::kube
