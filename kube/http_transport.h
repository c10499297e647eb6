#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "kube/credentials.h"
#include "kube/http_api.h"

namespace fusion::kube {

struct HttpRequest {
  std::string method;
  std::string path;               ///< with the query, percent-encoded
  std::string call;               ///< for errors: "create statefulsets demo/flights"
  std::string content_type = {};  ///< of `body`
  std::string body = {};
};

/// Requests to one API server on cpprestsdk, which this header keeps out of the files that include it.
/// Thread-safe.
class HttpTransport {
 public:
  /// `credentials` were checked by `check_tls`. Invalid if the server's URL cannot be parsed.
  static Expected<std::unique_ptr<HttpTransport>> make(const Credentials& credentials,
                                                       const HttpOptions& options);
  ~HttpTransport();

  /// The body of a 2xx answer; everything else is an Error.
  Expected<std::string> send(const HttpRequest& request, std::stop_token stop = {});

  /// Calls, on this thread, `on_open` for a 2xx answer and `on_line` with each complete line of it, as it
  /// arrives; ends as Api::watch.
  Expected<void> stream(const HttpRequest& request, const std::function<void()>& on_open,
                        const std::function<bool(std::string_view)>& on_line, std::stop_token stop);

 private:
  struct Clients;
  explicit HttpTransport(std::unique_ptr<Clients> clients);

  std::unique_ptr<Clients> clients_;
};

}  // namespace fusion::kube
