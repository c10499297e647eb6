#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace fusion::kafka {

/// A port of 127.0.0.1 behind which there is no Kafka.
class Listener {
 public:
  /// Answers each connection with `greeting` and closes it; without one connections are never answered.
  explicit Listener(std::string greeting = "") : greeting_(std::move(greeting)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_, generic, size) != 0 || listen(socket_, 16) != 0 ||
        getsockname(socket_, generic, &size) != 0) {
      throw std::runtime_error("cannot listen on 127.0.0.1");
    }
    port_ = ntohs(address.sin_port);
    if (!greeting_.empty()) thread_ = std::thread([this] { serve(); });
  }

  ~Listener() {
    shutdown(socket_, SHUT_RDWR);
    if (thread_.joinable()) thread_.join();
    close(socket_);
  }

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    for (int connection = accept(socket_, nullptr, nullptr); connection >= 0;
         connection = accept(socket_, nullptr, nullptr)) {
      [[maybe_unused]] const auto sent = send(connection, greeting_.data(), greeting_.size(), MSG_NOSIGNAL);
      char ignored[256];
      [[maybe_unused]] const auto received = recv(connection, ignored, sizeof ignored, 0);
      close(connection);
    }
  }

  std::string greeting_;
  int socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int port_ = 0;
  std::thread thread_;
};

/// An address on which nothing listens.
inline std::string unused_address() { return Listener().address(); }

}  // namespace fusion::kafka
