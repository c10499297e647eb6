#include "bridge/endpoints.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fusion::bridge {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// The whole answer of 127.0.0.1:port to GET path.
std::string get(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      write(fd, request.data(), request.size()) == static_cast<ssize_t>(request.size())) {
    char buffer[4096];
    ssize_t count = 0;
    while ((count = read(fd, buffer, sizeof buffer)) > 0)
      answer.append(buffer, static_cast<std::size_t>(count));
  }
  close(fd);
  return answer;
}

TEST(Endpoints, ServeMetricsAndProbes) {
  Health health;
  Metrics metrics("demo/flights", "profiles");
  const auto endpoints = Endpoints::listen("127.0.0.1:0", health, metrics);
  ASSERT_TRUE(endpoints.has_value()) << endpoints.error().message;
  const int port = (*endpoints)->port();

  EXPECT_THAT(get(port, "/healthz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get(port, "/readyz"), StartsWith("HTTP/1.1 503"));
  health.set_ready(true);
  EXPECT_THAT(get(port, "/readyz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(get(port, "/metrics"), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("text/plain; version=0.0.4"),
                                           HasSubstr("fusion_bridge_records_total")));
  EXPECT_THAT(get(port, "/other"), StartsWith("HTTP/1.1 404"));
}

TEST(Endpoints, RefuseATakenPort) {
  Health health;
  Metrics metrics("demo/flights", "profiles");
  const auto first = Endpoints::listen("127.0.0.1:0", health, metrics);
  ASSERT_TRUE(first.has_value());
  const auto second = Endpoints::listen("127.0.0.1:" + std::to_string((*first)->port()), health, metrics);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ExitCode::kConfig);
}

}  // namespace
}  // namespace fusion::bridge
