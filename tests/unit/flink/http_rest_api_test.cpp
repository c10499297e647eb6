#include "flink/http_rest_api.h"

#include <gmock/gmock.h>

#include "tests/unit/flink/scripted_server.h"

/// Against servers that behave, and others.
namespace fusion::flink {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using testing::answer;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::ScriptedServer;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(HttpRestApi, AsksForAllPathsOnOneConnection) {
  ScriptedServer server({answer("200 OK", "[1]"), answer("404 Not Found", "{}"), answer("200 OK", "")});
  const auto bodies = HttpRestApi().get(server.url(), {"", "/checkpoints", "/more"}, {});
  ASSERT_TRUE(bodies) << bodies.error();
  EXPECT_THAT(*bodies, ElementsAre("[1]", std::nullopt, ""));
  EXPECT_THAT(
      server.requests(),
      ElementsAre(AllOf(StartsWith("GET /jobs/1 HTTP/1.1\r\n"), HasSubstr("Host: 127.0.0.1:")),
                  StartsWith("GET /jobs/1/checkpoints HTTP/1.1\r\n"), StartsWith("GET /jobs/1/more ")));
}

TEST(HttpRestApi, SendsNoCredentials) {
  ScriptedServer server({answer("200 OK", "")});
  ASSERT_TRUE(HttpRestApi().get(server.url(), {""}, {}));
  EXPECT_THAT(server.requests()[0], AllOf(Not(HasSubstr("uthorization")), Not(HasSubstr("ookie"))));
}

TEST(HttpRestApi, FollowsNoRedirect) {
  ScriptedServer elsewhere({answer("200 OK", "secret")});
  {
    ScriptedServer server({answer("302 Found", "", "Location: " + elsewhere.url() + "\r\n")});
    EXPECT_THAT(HttpRestApi().get(server.url(), {""}, {}).value(), ElementsAre(std::nullopt));
  }
  ASSERT_TRUE(HttpRestApi().get(elsewhere.url(), {"/by-the-test"}, {}));
  EXPECT_THAT(elsewhere.requests(), ElementsAre(StartsWith("GET /jobs/1/by-the-test ")));
}

TEST(HttpRestApi, TakesInSoMuchAndNoMore) {
  const HttpLimits limits{.patience = 60s, .head_bytes = 1000, .body_bytes = 1000};
  const auto begun = std::chrono::steady_clock::now();
  const auto get = [&](const std::string& text) {
    ScriptedServer server({text});
    return HttpRestApi(limits).get(server.url(), {""}, {});
  };
  EXPECT_TRUE(get(answer("200 OK", std::string(1000, 'x'))));
  EXPECT_FALSE(get(answer("200 OK", std::string(1001, 'x'))));
  EXPECT_FALSE(get(answer("404 Not Found", std::string(1001, 'x'))));
  EXPECT_FALSE(get("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + std::string(1001, 'x') +
                   "\r\n0\r\n\r\n"));
  EXPECT_FALSE(get("HTTP/1.1 200 OK\r\n\r\n" + std::string(1001, 'x')));
  EXPECT_FALSE(get("HTTP/1.1 200 OK\r\nX: " + std::string(5000, 'x')));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, limits.patience) << "it does not wait for more";
}

TEST(HttpRestApi, WaitsSoLongAndNoLonger) {
  const HttpLimits limits{.patience = 100ms};
  ScriptedServer silent({""});
  EXPECT_THAT(HttpRestApi(limits).get(silent.url(), {""}, {}).error(), HasSubstr(silent.url() + ": "));
  ScriptedServer half({answer("200 OK", "all"), "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n[1,"});
  EXPECT_FALSE(HttpRestApi(limits).get(half.url(), {"", "/half"}, {}));
}

TEST(HttpRestApi, StopsWhenItIsToldTo) {
  ScriptedServer silent({""});
  std::stop_source stop;
  std::thread later([&] { stop.request_stop(); });
  EXPECT_THAT(HttpRestApi({.patience = 60s}).get(silent.url(), {""}, stop.get_token()).error(),
              HasSubstr("stopped"));
  later.join();
  // Whether it had connected by then or not.
  (void)HttpRestApi({.patience = 100ms}).get(silent.url(), {""}, {});
}

TEST(HttpRestApi, SaysWhatIsWrong) {
  EXPECT_THAT(HttpRestApi().get("http://127.0.0.1:1/jobs/1", {""}, {}).error(), HasSubstr("refused"));
  ScriptedServer odd({"SSH-2.0-OpenSSH_9.2\r\n"});
  EXPECT_THAT(HttpRestApi({.patience = 10s}).get(odd.url(), {""}, {}).error(), HasSubstr("bad version"));
  for (const auto* url : {"https://host:1/", "host", "http://host/", "http://host:1"})
    EXPECT_THAT(HttpRestApi().get(url, {""}, {}).error(), HasSubstr("is not of the form")) << url;
}

}  // namespace
}  // namespace fusion::flink
