#include "kube/http_transport.h"

#include <cpprest/http_client.h>

#include "kube/tls.h"

namespace fusion::kube {
namespace {

namespace http = web::http;
using http::client::http_client;
using http::client::http_client_config;

http_client_config config_of(const Credentials& credentials, std::chrono::milliseconds inactivity) {
  http_client_config config;
  config.set_timeout(inactivity);
  config.set_max_redirects(0);
  config.set_validate_certificates(!credentials.insecure_skip_tls_verify);
  // Runs for each new connection, after the system's CAs were loaded.
  config.set_ssl_context_callback([credentials](boost::asio::ssl::context& context) {
    (void)configure_tls(context.native_handle(), credentials);
  });
  return config;
}

// A stop token that cancels an exchange while it waits for the answer's head.
class Cancellation {
 public:
  explicit Cancellation(const std::stop_token& stop) : on_stop_(stop, [this] { source_.cancel(); }) {}
  pplx::cancellation_token token() const { return source_.get_token(); }
  void cancel() { source_.cancel(); }

 private:
  pplx::cancellation_token_source source_;
  std::stop_callback<std::function<void()>> on_stop_;
};

// Hands on the complete lines of a stream that comes in pieces. What the server did not end is not handed on.
class Lines {
 public:
  explicit Lines(const std::function<bool(std::string_view)>& on_line) : on_line_(on_line) {}

  // False when `on_line` wants no more.
  bool add(std::string_view piece) {
    for (auto end = piece.find('\n'); end != std::string_view::npos; end = piece.find('\n')) {
      const auto rest = piece.substr(0, end);
      piece.remove_prefix(end + 1);
      if (begun_.empty()) {
        if (!rest.empty() && !on_line_(rest)) return false;
        continue;
      }
      begun_.append(rest);
      const bool more = on_line_(begun_);
      begun_.clear();
      if (!more) return false;
    }
    begun_.append(piece);
    return true;
  }

 private:
  const std::function<bool(std::string_view)>& on_line_;
  std::string begun_;
};

std::string header(const http::http_response& response, const char* name) {
  const auto it = response.headers().find(name);
  return it == response.headers().end() ? std::string() : it->second;
}

bool is_success(const http::http_response& response) {
  return response.status_code() >= 200 && response.status_code() < 300;
}

}  // namespace

struct HttpTransport::Clients {
  Clients(const Credentials& credentials, const HttpOptions& options)
      : token(credentials),
        user_agent(options.user_agent),
        server(credentials.server),
        request(web::uri(credentials.server), config_of(credentials, options.request_timeout)),
        watch(web::uri(credentials.server), config_of(credentials, options.watch_inactivity)) {}

  TokenSource token;
  const std::string user_agent;
  const std::string server;
  http_client request;
  http_client watch;

  // Sends and waits for the answer's head; an answer other than 2xx is an error.
  Expected<http::http_response> begin(http_client& client, const HttpRequest& request,
                                      Cancellation& cancellation) {
    http::http_request message(request.method);
    message.set_request_uri(web::uri(request.path));
    message.headers().add("User-Agent", user_agent);
    message.headers().add("Accept", "application/json");
    const auto bearer = token.token(std::chrono::steady_clock::now());
    if (!bearer) return fail(bearer.error());
    if (!bearer->empty()) message.headers().add("Authorization", "Bearer " + *bearer);
    if (!request.body.empty()) message.set_body(request.body, request.content_type);

    auto response = client.request(message, cancellation.token()).get();
    if (is_success(response)) return response;
    if (response.status_code() == 401) token.invalidate();
    const auto body = response.extract_utf8string(/*ignore_content_type=*/true).get();
    return fail(
        error_from_response(response.status_code(), request.call, body, header(response, "Retry-After")));
  }

  // cpprestsdk throws; this is where it ends.
  template <class Exchange>
  auto guarded(const HttpRequest& request, const std::stop_token& stop, Exchange exchange)
      -> decltype(exchange()) {
    const auto error = [&](Reason reason, const std::string& what) {
      if (stop.stop_requested()) return Error{Reason::Cancelled, request.call + ": stopped", {}, 0};
      return Error{reason, request.call + ": " + what, {}, 0};
    };
    try {
      return exchange();
    } catch (const http::http_exception& e) {
      const bool silent = e.error_code() == std::errc::timed_out;
      return fail(silent ? error(Reason::Timeout, "no answer in time from " + server)
                         : error(Reason::Unreachable, "cannot reach " + server + ": " + e.what()));
    } catch (const pplx::task_canceled&) {
      return fail(error(Reason::Cancelled, "stopped"));
    } catch (const std::exception& e) {
      return fail(error(Reason::Unreachable, "the connection to " + server + " broke: " + e.what()));
    }
  }
};

HttpTransport::HttpTransport(std::unique_ptr<Clients> clients) : clients_(std::move(clients)) {}
HttpTransport::~HttpTransport() = default;

Expected<std::unique_ptr<HttpTransport>> HttpTransport::make(const Credentials& credentials,
                                                             const HttpOptions& options) {
  try {
    return std::unique_ptr<HttpTransport>(
        new HttpTransport(std::make_unique<Clients>(credentials, options)));  // the constructor is private
  } catch (const std::exception& e) {
    return fail({Reason::Invalid,
                 "the API server's URL \"" + credentials.server + "\" is not usable: " + e.what(),
                 {},
                 0});
  }
}

Expected<std::string> HttpTransport::send(const HttpRequest& request, std::stop_token stop) {
  return clients_->guarded(request, stop, [&]() -> Expected<std::string> {
    Cancellation cancellation(stop);
    auto response = clients_->begin(clients_->request, request, cancellation);
    if (!response) return fail(response.error());
    return response->extract_utf8string(/*ignore_content_type=*/true).get();
  });
}

Expected<void> HttpTransport::stream(const HttpRequest& request, const std::function<void()>& on_open,
                                     const std::function<bool(std::string_view)>& on_line,
                                     std::stop_token stop) {
  return clients_->guarded(request, stop, [&]() -> Expected<void> {
    Cancellation cancellation(stop);
    auto response = clients_->begin(clients_->watch, request, cancellation);
    if (!response) return fail(response.error());

    if (on_open) on_open();
    auto body = response->body().streambuf();
    // Cancelling ends the connection; closing wakes the reader, which may be waiting for a byte.
    std::stop_callback on_stop(stop, [&] { body.close(std::ios_base::out); });
    Lines lines(on_line);
    while (body.getc().get() != concurrency::streams::streambuf<uint8_t>::traits::eof()) {
      uint8_t* piece = nullptr;
      std::size_t size = 0;
      if (!body.acquire(piece, size) || size == 0) break;
      const bool more = lines.add({reinterpret_cast<const char*>(piece), size});
      body.release(piece, size);
      if (!more || stop.stop_requested()) {
        cancellation.cancel();
        break;
      }
    }
    if (stop.stop_requested()) return fail({Reason::Cancelled, request.call + ": stopped", {}, 0});
    return {};
  });
}

}  // namespace fusion::kube
