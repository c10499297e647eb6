#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <tl/expected.hpp>

namespace fusion::op {

/// What one path answers.
struct Page {
  int status = 200;
  std::string body;
  std::string content_type = "text/plain; charset=utf-8";
};

/// Serves GET of a few fixed paths over plain HTTP, on cpprestsdk's threads: the pages must be quick.
class HttpServer {
 public:
  struct Pages {
    std::function<Page()> metrics;  ///< /metrics
    std::function<Page()> healthz;  ///< /healthz: the process is alive
    std::function<Page()> readyz;   ///< /readyz: it can do its work
  };

  /// Listens from now on. Port 0 takes a free one. An error names the address and what is wrong.
  static tl::expected<std::unique_ptr<HttpServer>, std::string> start(const std::string& host,
                                                                      std::uint16_t port, Pages pages);
  /// Stops listening; returns when no page is being made any more.
  ~HttpServer();

  std::uint16_t port() const { return port_; }

 private:
  struct Listener;
  HttpServer(std::unique_ptr<Listener> listener, std::uint16_t port);

  std::unique_ptr<Listener> listener_;
  std::uint16_t port_;
};

}  // namespace fusion::op
