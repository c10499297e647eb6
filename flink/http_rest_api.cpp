#include "flink/http_rest_api.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <exception>
#include <string_view>

namespace fusion::flink {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::use_awaitable;

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

asio::awaitable<void> ask(const Place& place, const std::vector<std::string>& paths, const HttpLimits& limits,
                          Bodies& bodies) {
  const auto executor = co_await asio::this_coro::executor;
  asio::ip::tcp::resolver resolver(executor);
  const auto addresses = co_await resolver.async_resolve(place.host, place.port, use_awaitable);
  beast::tcp_stream stream(executor);
  stream.expires_after(limits.patience);
  co_await stream.async_connect(addresses, use_awaitable);
  beast::flat_buffer buffer(limits.head_bytes + limits.body_bytes);
  for (const auto& path : paths) {
    http::request<http::empty_body> request(http::verb::get, place.path + path, 11);
    request.set(http::field::host, place.host + ":" + place.port);
    request.set(http::field::accept, "application/json");
    request.set(http::field::user_agent, "fusion-operator");
    co_await http::async_write(stream, request, use_awaitable);
    http::response_parser<http::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(limits.head_bytes));
    parser.body_limit(limits.body_bytes);
    co_await http::async_read_header(stream, buffer, parser, use_awaitable);
    // Beast 1.74 was seen to hold the limit against bodies of an unknown length alone.
    if (parser.content_length().value_or(0) > limits.body_bytes)
      throw boost::system::system_error(http::make_error_code(http::error::body_limit));
    co_await http::async_read(stream, buffer, parser, use_awaitable);
    auto answer = parser.release();
    bodies.push_back(answer.result() == http::status::ok ? std::optional(std::move(answer.body()))
                                                         : std::nullopt);
  }
}

}  // namespace

tl::expected<Bodies, std::string> HttpRestApi::get(const std::string& url,
                                                   const std::vector<std::string>& paths,
                                                   std::stop_token stop) {
  const auto place = place_of(url);
  if (!place) return tl::unexpected(url + " is not of the form http://host:port/path");
  try {
    Bodies bodies;
    std::exception_ptr failure;
    asio::io_context context(1);
    asio::co_spawn(context, ask(*place, paths, limits_, bodies),
                   [&](std::exception_ptr thrown) { failure = std::move(thrown); });
    const std::stop_callback on_stop(stop, [&] { context.stop(); });
    context.run();
    if (stop.stop_requested()) return tl::unexpected(url + ": stopped");
    if (failure) std::rethrow_exception(failure);
    return bodies;
  } catch (const std::exception& e) {
    return tl::unexpected(url + ": " + e.what());
  }
}

}  // namespace fusion::flink
