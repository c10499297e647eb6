#include "operator/http_server.h"

#include <arpa/inet.h>
#include <cpprest/http_listener.h>
#include <sys/socket.h>
#include <unistd.h>

#include <utility>

namespace fusion::op {
namespace {

using web::http::http_request;
using web::http::experimental::listener::http_listener;

constexpr int kPortAttempts = 10;

/// A port that was free a moment ago: cpprestsdk takes port 0 but does not tell which port it got.
std::uint16_t free_port(const std::string& host) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return 0;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  ::inet_pton(AF_INET, host.c_str(), &address.sin_addr);
  socklen_t size = sizeof address;
  const bool ok = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), size) == 0 &&
                  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(socket);
  return ok ? ntohs(address.sin_port) : 0;
}

void answer(const http_request& request, const HttpServer::Pages& pages) {
  const std::string path = request.relative_uri().path();
  Page page{404, "not found: there are /metrics, /healthz and /readyz\n"};
  if (path == "/metrics") page = pages.metrics();
  if (path == "/healthz") page = pages.healthz();
  if (path == "/readyz") page = pages.readyz();
  web::http::http_response response(static_cast<web::http::status_code>(page.status));
  response.set_body(std::move(page.body), page.content_type);
  // A client that went away before it read the answer is no concern of ours.
  request.reply(response).then([](const pplx::task<void>& sent) {
    try {
      sent.get();
    } catch (const std::exception&) {
    }
  });
}

}  // namespace

struct HttpServer::Listener {
  http_listener listener;
};

tl::expected<std::unique_ptr<HttpServer>, std::string> HttpServer::start(const std::string& host,
                                                                         std::uint16_t port, Pages pages) {
  std::string problem = "no free port";
  for (int attempt = 0; attempt < (port == 0 ? kPortAttempts : 1); ++attempt) {
    const std::uint16_t chosen = port == 0 ? free_port(host) : port;
    try {
      web::uri_builder address;
      address.set_scheme("http").set_host(host).set_port(chosen).set_path("/");
      auto listener = std::make_unique<Listener>(Listener{http_listener(address.to_uri())});
      listener->listener.support(web::http::methods::GET,
                                 [pages](const http_request& request) { answer(request, pages); });
      listener->listener.open().get();
      return std::unique_ptr<HttpServer>(new HttpServer(std::move(listener), chosen));
    } catch (const std::exception& error) {
      problem = error.what();
    }
  }
  return tl::unexpected("cannot listen on " + host + ":" + std::to_string(port) + ": " + problem);
}

HttpServer::HttpServer(std::unique_ptr<Listener> listener, std::uint16_t port)
    : listener_(std::move(listener)), port_(port) {}

HttpServer::~HttpServer() {
  try {
    listener_->listener.close().get();
  } catch (const std::exception&) {
    // It is not listening then.
  }
}

}  // namespace fusion::op
