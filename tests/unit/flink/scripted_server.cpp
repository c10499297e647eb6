#include "tests/unit/flink/scripted_server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace fusion::flink::testing {
namespace {

/// Up to the empty line; what was read by then, if the other side closes before.
std::string read_head(int connection) {
  std::string head;
  std::array<char, 1> byte{};
  while (!head.ends_with("\r\n\r\n") && ::recv(connection, byte.data(), 1, 0) == 1) head += byte[0];
  return head;
}

}  // namespace

ScriptedServer::ScriptedServer(std::vector<std::string> answers) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 1) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no free port");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, answers = std::move(answers)] { serve(answers); });
}

ScriptedServer::~ScriptedServer() {
  requests();
  ::close(listener_);
}

std::string ScriptedServer::url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/jobs/1"; }

const std::vector<std::string>& ScriptedServer::requests() {
  if (thread_.joinable()) thread_.join();
  return requests_;
}

void ScriptedServer::serve(const std::vector<std::string>& answers) {
  const int connection = ::accept(listener_, nullptr, nullptr);
  for (const auto& answer : answers) {
    const auto head = read_head(connection);
    if (head.empty()) break;
    requests_.push_back(head);
    (void)::send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  if (const auto more = read_head(connection); !more.empty()) requests_.push_back(more);
  ::close(connection);
}

std::string answer(const std::string& status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
         "\r\n" + body;
}

}  // namespace fusion::flink::testing
