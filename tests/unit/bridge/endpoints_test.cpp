#include "bridge/endpoints.h"

#include <gmock/gmock.h>

#include "tests/http_get.h"

namespace fusion::bridge {
namespace {

using test::http_get;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Endpoints, ServeMetricsAndProbes) {
  Health health;
  Metrics metrics("demo/flights", "profiles");
  const auto endpoints = Endpoints::listen("127.0.0.1:0", health, metrics);
  ASSERT_TRUE(endpoints.has_value()) << endpoints.error().message;
  const int port = (*endpoints)->port();

  EXPECT_THAT(http_get(port, "/healthz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(http_get(port, "/readyz"), StartsWith("HTTP/1.1 503"));
  health.set_ready(true);
  EXPECT_THAT(http_get(port, "/readyz"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(http_get(port, "/metrics"),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("text/plain; version=0.0.4"),
                    HasSubstr("fusion_bridge_records_total")));
  EXPECT_THAT(http_get(port, "/other"), StartsWith("HTTP/1.1 404"));
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
