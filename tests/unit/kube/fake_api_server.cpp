#include "tests/unit/kube/fake_api_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>

namespace fusion::kube::testing {
namespace {

constexpr std::chrono::seconds kPatience{5};

bool send_all(int socket, const std::string& text) {
  for (std::size_t sent = 0; sent < text.size();) {
    const auto count = ::send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

std::string chunk(const std::string& text) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", text.size());
  return size + text + "\r\n";
}

// Reads one request; `rest` keeps what came after it.
std::optional<Request> read_request(int socket, std::string& rest) {
  const auto read_more = [&] {
    char buffer[4096];
    const auto count = ::recv(socket, buffer, sizeof buffer, 0);
    if (count > 0) rest.append(buffer, static_cast<std::size_t>(count));
    return count > 0;
  };
  while (rest.find("\r\n\r\n") == std::string::npos) {
    if (!read_more()) return std::nullopt;
  }
  const auto head_end = rest.find("\r\n\r\n");
  const auto line_end = rest.find("\r\n");
  const auto first = rest.substr(0, line_end);
  Request request;
  request.method = first.substr(0, first.find(' '));
  const auto target = first.substr(request.method.size() + 1, first.rfind(' ') - request.method.size() - 1);
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
  for (auto at = line_end + 2; at < head_end;) {
    const auto end = rest.find("\r\n", at);
    const auto line = rest.substr(at, end - at);
    auto name = line.substr(0, line.find(':'));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
    const auto value = line.find_first_not_of(" :", name.size());
    request.headers[name] = value == std::string::npos ? "" : line.substr(value);
    at = end + 2;
  }
  rest.erase(0, head_end + 4);
  const auto length = request.headers.find("content-length");
  const std::size_t size = length == request.headers.end() ? 0 : std::stoul(length->second);
  while (rest.size() < size) {
    if (!read_more()) return std::nullopt;
  }
  request.body = rest.substr(0, size);
  rest.erase(0, size);
  return request;
}

}  // namespace

void Stream::send(const nlohmann::json& event) { send_raw(event.dump() + "\n"); }

void Stream::send_raw(const std::string& text) {
  const std::lock_guard lock(mutex_);
  pending_.push_back(text);
  changed_.notify_all();
}

void Stream::end() {
  const std::lock_guard lock(mutex_);
  state_ = State::Ended;
  changed_.notify_all();
}

void Stream::break_off() {
  const std::lock_guard lock(mutex_);
  state_ = State::Broken;
  changed_.notify_all();
}

Rule& Rule::reply(int status, const nlohmann::json& body, std::map<std::string, std::string> headers) {
  return reply_raw(status, body.dump(), std::move(headers));
}

Rule& Rule::reply_raw(int status, std::string body, std::map<std::string, std::string> headers) {
  replies_.push_back(
      {.status = status, .body = std::move(body), .headers = std::move(headers), .stream = nullptr});
  return *this;
}

Rule& Rule::reply_cut_off(std::string body) {
  replies_.push_back({.body = std::move(body), .headers = {}, .stream = nullptr, .cut_off = true});
  return *this;
}

Rule& Rule::hang() {
  replies_.push_back({.body = {}, .headers = {}, .stream = nullptr, .hang = true});
  return *this;
}

Rule& Rule::stream(std::shared_ptr<Stream> stream) {
  replies_.push_back({.body = {}, .headers = {}, .stream = std::move(stream)});
  return *this;
}

FakeApiServer::FakeApiServer() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (listener_ < 0 || ::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("cannot listen on loopback");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_connections(); });
}

FakeApiServer::~FakeApiServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    for (auto& rule : rules_) {
      for (auto& reply : rule.replies_) {
        if (reply.stream) reply.stream->break_off();
      }
    }
    changed_.notify_all();
  }
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  for (auto& connection : connections_) connection.join();
  ::close(listener_);
}

Credentials FakeApiServer::credentials() const {
  Credentials credentials;
  credentials.server = "http://127.0.0.1:" + std::to_string(port_);
  return credentials;
}

Rule& FakeApiServer::on(const std::string& method, const std::string& target) {
  const std::lock_guard lock(mutex_);
  auto& rule = rules_.emplace_front();
  rule.method_ = method;
  rule.path_ = target.substr(0, target.find('?'));
  for (auto at = rule.path_.size(); at < target.size();) {
    const auto end = std::min(target.find('&', at + 1), target.size());
    rule.query_.push_back(target.substr(at + 1, end - at - 1));
    at = end;
  }
  return rule;
}

std::vector<Request> FakeApiServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<Request> FakeApiServer::requests(const std::string& method, const std::string& path) const {
  std::vector<Request> matching;
  for (auto& request : requests()) {
    if (request.method == method && request.path == path) matching.push_back(request);
  }
  return matching;
}

bool FakeApiServer::wait_for_requests(const std::string& method, const std::string& path,
                                      std::size_t count) const {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, kPatience, [&] {
    return static_cast<std::size_t>(
               std::count_if(requests_.begin(), requests_.end(), [&](const Request& request) {
                 return request.method == method && request.path == path;
               })) >= count;
  });
}

void FakeApiServer::accept_connections() {
  while (true) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock(mutex_);
    if (stopping_ || socket < 0) {
      if (socket >= 0) ::close(socket);
      return;
    }
    sockets_.push_back(socket);
    connections_.emplace_back([this, socket] { serve(socket); });
  }
}

void FakeApiServer::serve(int socket) {
  std::string rest;
  for (auto request = read_request(socket, rest); request; request = read_request(socket, rest)) {
    const auto reply = choose(*request);
    if (!answer(socket, reply)) break;
  }
  const std::lock_guard lock(mutex_);
  std::erase(sockets_, socket);
  ::close(socket);
}

Rule::Reply FakeApiServer::choose(const Request& request) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(request);
  changed_.notify_all();
  for (auto& rule : rules_) {
    const auto has = [&](const std::string& part) {
      return ("&" + request.query + "&").find("&" + part + "&") != std::string::npos;
    };
    if (rule.method_ != request.method || rule.path_ != request.path || rule.replies_.empty() ||
        !std::all_of(rule.query_.begin(), rule.query_.end(), has)) {
      continue;
    }
    return rule.replies_[std::min(rule.next_++, rule.replies_.size() - 1)];
  }
  const nlohmann::json status = {{"kind", "Status"}, {"message", "no rule"}, {"reason", "NotFound"}};
  return {.status = 404, .body = status.dump(), .headers = {}, .stream = nullptr};
}

// False when the connection is over.
bool FakeApiServer::answer(int socket, const Rule::Reply& reply) {
  if (reply.hang) {
    wait_for_stop();
    return false;
  }
  std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " X\r\nContent-Type: application/json\r\n";
  for (const auto& [name, value] : reply.headers) head += name + ": " + value + "\r\n";
  if (reply.stream) {
    return send_all(socket, head + "Transfer-Encoding: chunked\r\n\r\n") &&
           send_stream(socket, *reply.stream);
  }
  const auto declared = reply.body.size() + (reply.cut_off ? 100 : 0);
  head += "Content-Length: " + std::to_string(declared) + "\r\n\r\n";
  return send_all(socket, head + reply.body) && !reply.cut_off;
}

bool FakeApiServer::send_stream(int socket, Stream& stream) {
  std::unique_lock lock(stream.mutex_);
  while (true) {
    stream.changed_.wait(lock,
                         [&] { return !stream.pending_.empty() || stream.state_ != Stream::State::Open; });
    if (!stream.pending_.empty()) {
      const auto text = std::move(stream.pending_.front());
      stream.pending_.pop_front();
      if (!send_all(socket, chunk(text))) return false;
      continue;
    }
    return stream.state_ == Stream::State::Ended && send_all(socket, "0\r\n\r\n");
  }
}

void FakeApiServer::wait_for_stop() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return stopping_; });
}

}  // namespace fusion::kube::testing
