#include "flink/http_rest_api.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <functional>
#include <string_view>

namespace fusion::flink {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;

using Bodies = std::vector<std::optional<std::string>>;

struct Place {
  std::string host;
  std::string port;
  std::string path;
};

std::optional<Place> place_of(std::string_view url) {
  constexpr std::string_view kScheme = "http://";
  if (!url.starts_with(kScheme)) return std::nullopt;
  url.remove_prefix(kScheme.size());
  const auto slash = url.find('/');
  const auto colon = url.find(':');
  if (slash == std::string_view::npos || colon == std::string_view::npos || colon > slash)
    return std::nullopt;
  return Place{std::string(url.substr(0, colon)), std::string(url.substr(colon + 1, slash - colon - 1)),
               std::string(url.substr(slash))};
}

/// Asks on one connection, step by step. Throws what goes wrong.
class Conversation {
 public:
  Conversation(const Place& place, const HttpLimits& limits, const std::stop_token& stop)
      : place_(place), limits_(limits), stop_(stop) {}

  void connect() {
    asio::ip::tcp::resolver resolver(context_);
    asio::ip::tcp::resolver::results_type addresses;
    finish([&](auto done) {
      resolver.async_resolve(place_.host, place_.port, [&addresses, done](const auto& failure, auto found) {
        addresses = std::move(found);
        done(failure);
      });
    });
    stream_.expires_after(limits_.patience);
    finish([&](auto done) {
      stream_.async_connect(addresses, [done](const auto& failure, const auto&) { done(failure); });
    });
  }

  std::optional<std::string> ask(const std::string& path) {
    http::request<http::empty_body> request(http::verb::get, place_.path + path, 11);
    request.set(http::field::host, place_.host + ":" + place_.port);
    request.set(http::field::accept, "application/json");
    request.set(http::field::user_agent, "fusion-operator");
    finish([&](auto done) {
      http::async_write(stream_, request, [done](const auto& failure, std::size_t) { done(failure); });
    });
    http::response_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits_.head_bytes));
    parser.body_limit(limits_.body_bytes);
    finish([&](auto done) {
      http::async_read_header(stream_, buffer_, parser,
                              [done](const auto& failure, std::size_t) { done(failure); });
    });
    // Beast 1.74 was seen to hold the limit against bodies of unknown length alone.
    if (parser.content_length().value_or(0) > limits_.body_bytes) throw Failure(http::error::body_limit);
    finish([&](auto done) {
      http::async_read(stream_, buffer_, parser, [done](const auto& failure, std::size_t) { done(failure); });
    });
    auto answer = parser.release();
    return answer.result() == http::status::ok ? std::optional(std::move(answer.body())) : std::nullopt;
  }

 private:
  using Failure = boost::system::system_error;

  /// Begins an operation and waits for its end, or for the stop.
  template <class Begin>
  void finish(Begin begin) {
    boost::system::error_code failure;
    begin([&failure](const boost::system::error_code& error) { failure = error; });
    context_.restart();
    if (!stop_.stop_requested()) context_.run();
    if (stop_.stop_requested()) throw Failure(asio::error::operation_aborted, "stopped");
    if (failure) throw Failure(failure);
  }

  const Place& place_;
  const HttpLimits& limits_;
  const std::stop_token stop_;
  asio::io_context context_{1};
  // A stop before the restart above is seen right after it; one that comes later ends the run.
  const std::stop_callback<std::function<void()>> on_stop_{stop_, [this] { context_.stop(); }};
  beast::tcp_stream stream_{context_};
  beast::flat_buffer buffer_{limits_.head_bytes + limits_.body_bytes};
};

}  // namespace

tl::expected<Bodies, std::string> HttpRestApi::get(const std::string& url,
                                                   const std::vector<std::string>& paths,
                                                   std::stop_token stop) {
  const auto place = place_of(url);
  if (!place) return tl::unexpected(url + " is not of the form http://host:port/path");
  try {
    Conversation conversation(*place, limits_, stop);
    conversation.connect();
    Bodies bodies;
    for (const auto& path : paths) bodies.push_back(conversation.ask(path));
    return bodies;
  } catch (const std::exception& e) {
    return tl::unexpected(url + ": " + e.what());
  }
}

}  // namespace fusion::flink
