#include "kube/http_api.h"

#include <gmock/gmock.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "tests/unit/kube/fake_api_server.h"

namespace fusion::kube {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;
using testing::FakeApiServer;
using ::testing::HasSubstr;

const std::string kMaps = "/api/v1/namespaces/demo/configmaps";
const ObjectKey kKey{"demo", "a"};

json config_map(const std::string& name) {
  return {{"metadata", {{"name", name}, {"namespace", "demo"}, {"resourceVersion", "7"}, {"uid", "u"}}}};
}

struct HttpApiTest : ::testing::Test {
  std::unique_ptr<HttpApi> make(HttpOptions options = {}) {
    return HttpApi::make(server.credentials(), options).value();
  }

  FakeApiServer server;
};

TEST_F(HttpApiTest, AsksAndAnswers) {
  server.on("GET", kMaps + "/a").reply(200, config_map("a"));
  EXPECT_EQ(make()->get(resources::config_maps(), kKey).value(), config_map("a"));
  EXPECT_EQ(server.requests().at(0).headers.at("accept"), "application/json");
}

TEST_F(HttpApiTest, WritesAsOurFieldManager) {
  server.on("POST", kMaps).reply(201, config_map("a"));
  server.on("PATCH", kMaps + "/a").reply(200, config_map("a"));
  server.on("PATCH", kMaps + "/a/status").reply(200, config_map("a"));
  auto api = make();
  ASSERT_TRUE(api->create(resources::config_maps(), config_map("a")));
  ASSERT_TRUE(api->apply(resources::config_maps(), config_map("a")));
  ASSERT_TRUE(api->apply(resources::config_maps(), config_map("a"), /*force=*/false));
  ASSERT_TRUE(api->merge_patch(resources::config_maps(), kKey, {{"data", nullptr}}));
  ASSERT_TRUE(api->patch_status(resources::config_maps(), kKey, "7", {{"x", 1}}));

  const auto log = server.requests();
  EXPECT_EQ(log[0].query, "fieldManager=fusion-operator&fieldValidation=Strict");
  EXPECT_EQ(log[1].query, "fieldManager=fusion-operator&force=true");
  EXPECT_EQ(log[1].headers.at("content-type"), "application/apply-patch+yaml");
  EXPECT_EQ(log[2].query, "fieldManager=fusion-operator");
  EXPECT_EQ(log[3].headers.at("content-type"), "application/merge-patch+json");
  EXPECT_EQ(log[3].body, R"({"data":null})");
  EXPECT_EQ(log[4].body, R"({"metadata":{"resourceVersion":"7"},"status":{"x":1}})");
}

TEST_F(HttpApiTest, DeletesOnlyTheObjectThatWasMeant) {
  server.on("DELETE", kMaps + "/a").reply(200, {{"kind", "Status"}});
  ASSERT_TRUE(
      make()->delete_object(resources::config_maps(), kKey,
                            {.uid = "u", .resource_version = "7", .propagation = Propagation::Orphan}));
  const auto body = json::parse(server.requests().at(0).body);
  EXPECT_EQ(body["preconditions"], json({{"uid", "u"}, {"resourceVersion", "7"}}));
  EXPECT_EQ(body["propagationPolicy"], "Orphan");
}

TEST_F(HttpApiTest, ListsInPages) {
  server.on("GET", kMaps)
      .reply(200, {{"metadata", {{"resourceVersion", "9"}, {"continue", "next page"}}},
                   {"items", {config_map("a")}}});
  ListOptions options{
      .label_selector = "app=x,tier in (a)", .field_selector = {}, .limit = 2, .continue_token = "c&1"};
  const auto page = make()->list(resources::config_maps(), "demo", options).value();
  EXPECT_EQ(page.resource_version, "9");
  EXPECT_EQ(page.continue_token, "next page");
  EXPECT_EQ(page.items.at(0)["kind"], "ConfigMap");
  EXPECT_EQ(server.requests().at(0).query,
            "labelSelector=app%3Dx%2Ctier%20in%20%28a%29&limit=2&continue=c%261");
}

TEST_F(HttpApiTest, TakesAnswersThatAreNoListForErrors) {
  for (const auto& body : {json::object(), json{{"items", json::array()}},
                           json{{"metadata", {{"resourceVersion", "1"}}}}, json::array(), json("text")}) {
    server.on("GET", kMaps).reply(200, body);
    const auto page = make()->list(resources::config_maps(), "demo", {});
    ASSERT_FALSE(page) << body;
    EXPECT_EQ(page.error().reason, Reason::Invalid);
  }
  server.on("GET", kMaps).reply_raw(200, "{\"items\": [");
  EXPECT_FALSE(make()->list(resources::config_maps(), "demo", {}));
  server.on("GET", kMaps).reply(200, {{"metadata", {{"resourceVersion", "1"}}}, {"items", nullptr}});
  EXPECT_TRUE(make()->list(resources::config_maps(), "demo", {}));
}

TEST_F(HttpApiTest, TypesErrorsAndTellsRetryAfter) {
  server.on("POST", kMaps).reply(429, {{"kind", "Status"}, {"message", "slow down"}}, {{"Retry-After", "4"}});
  const auto error = make()->create(resources::config_maps(), config_map("a")).error();
  EXPECT_EQ(error.reason, Reason::Throttled);
  EXPECT_EQ(error.retry_after, 4s);
  EXPECT_EQ(error.message, "create configmaps demo/a: slow down (HTTP 429)");
}

TEST_F(HttpApiTest, SaysThatNobodyAnswers) {
  Credentials credentials;
  credentials.server = "http://127.0.0.1:1";
  const auto error = HttpApi::make(credentials).value()->get(resources::config_maps(), kKey).error();
  EXPECT_EQ(error.reason, Reason::Unreachable);
  EXPECT_THAT(error.message, HasSubstr("cannot reach http://127.0.0.1:1"));
}

TEST_F(HttpApiTest, GivesUpOnASilentServer) {
  server.on("GET", kMaps + "/a").hang();
  const auto error = make({.request_timeout = 1000ms})->get(resources::config_maps(), kKey).error();
  EXPECT_EQ(error.reason, Reason::Timeout);
}

TEST_F(HttpApiTest, TakesACutOffAnswerForAnError) {
  server.on("GET", kMaps).reply_cut_off(R"({"metadata":{"resourceVersion":"1"},"items":[]})");
  EXPECT_FALSE(make()->list(resources::config_maps(), "demo", {}));
}

TEST_F(HttpApiTest, DoesNotFollowRedirectsWithItsCredentials) {
  FakeApiServer thief;
  auto credentials = server.credentials();
  credentials.token = "secret";
  server.on("GET", kMaps + "/a").reply(302, {}, {{"Location", thief.credentials().server + "/"}});
  EXPECT_FALSE(HttpApi::make(credentials).value()->get(resources::config_maps(), kKey));
  EXPECT_TRUE(thief.requests().empty());
}

TEST_F(HttpApiTest, SendsARotatedTokenAfterItWasRefused) {
  const auto file = ::testing::TempDir() + "rotated-token";
  std::ofstream(file) << "old";
  auto credentials = server.credentials();
  credentials.token_file = file;
  server.on("GET", kMaps + "/a").reply(401, {{"kind", "Status"}}).reply(200, config_map("a"));
  auto api = HttpApi::make(credentials).value();
  EXPECT_EQ(api->get(resources::config_maps(), kKey).error().reason, Reason::Unauthorized);
  std::ofstream(file) << "new";
  EXPECT_TRUE(api->get(resources::config_maps(), kKey));
  EXPECT_EQ(server.requests().at(0).headers.at("authorization"), "Bearer old");
  EXPECT_EQ(server.requests().at(1).headers.at("authorization"), "Bearer new");
}

TEST_F(HttpApiTest, RefusesCertificatesThatAreNone) {
  auto credentials = server.credentials();
  credentials.ca_pem = "no certificate";
  const auto error = HttpApi::make(credentials).error();
  EXPECT_EQ(error.reason, Reason::Invalid);
  EXPECT_THAT(error.message, HasSubstr("CA certificate"));
}

TEST_F(HttpApiTest, DiscoversWhatTheServerServes) {
  server.on("GET", "/apis/apps/v1").reply(200, {{"resources", {{{"name", "statefulsets"}}}}});
  server.on("GET", "/apis/policy/v1").reply(503, {});
  auto api = make();
  EXPECT_TRUE(api->serves(resources::stateful_sets()).value());
  EXPECT_FALSE(api->serves({"apps", "v1", "others", "Other"}).value());
  EXPECT_FALSE(api->serves(resources::fusion_pipelines()).value());
  EXPECT_FALSE(api->serves(resources::pod_disruption_budgets())) << "an error is neither yes nor no";
}

TEST_F(HttpApiTest, HandsFieldsOfThePostOverToApply) {
  auto mixed = config_map("a");
  mixed["metadata"]["managedFields"] = json::parse(R"([
    {"manager": "fusion-operator", "operation": "Update", "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}}}},
    {"manager": "fusion-operator", "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}}])");
  server.on("PATCH", kMaps + "/a").reply(200, mixed).reply(200, config_map("a")).reply(200, config_map("a"));
  const auto applied = make()->apply(resources::config_maps(), config_map("a"));
  ASSERT_TRUE(applied) << applied.error().message;
  const auto log = server.requests();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(json::parse(log[1].body)["metadata"]["managedFields"].size(), 1U);
  EXPECT_EQ(log[2].headers.at("content-type"), "application/apply-patch+yaml");
}

TEST_F(HttpApiTest, HandsFieldsOverThoughSomebodyElseWritesInBetween) {
  auto mixed = config_map("a");
  mixed["metadata"]["managedFields"] = json::parse(R"([
    {"manager": "fusion-operator", "operation": "Update", "fieldsV1": {"f:data": {"f:a": {}, "f:b": {}}}},
    {"manager": "fusion-operator", "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}}])");
  auto newer = mixed;
  newer["metadata"]["resourceVersion"] = "8";
  server.on("PATCH", kMaps + "/a")
      .reply(200, mixed)
      .reply(409, {{"kind", "Status"}, {"reason", "Conflict"}, {"message", "the object has been modified"}})
      .reply(200, config_map("a"))
      .reply(200, config_map("a"));
  server.on("GET", kMaps + "/a").reply(200, newer);
  const auto applied = make()->apply(resources::config_maps(), config_map("a"));
  ASSERT_TRUE(applied) << applied.error().message;
  const auto log = server.requests();
  ASSERT_EQ(log.size(), 5U) << "applied, in conflict, read, handed over, applied again";
  EXPECT_EQ(json::parse(log[3].body)["metadata"]["resourceVersion"], "8");
}

struct WatchTest : HttpApiTest {
  Expected<void> watch(HttpApi& api, const std::function<bool(std::string_view)>& on_line,
                       std::stop_token stop = {}) {
    return api.watch(resources::config_maps(), "demo", {.resource_version = "5"}, on_line, std::move(stop));
  }
  std::shared_ptr<testing::Stream> stream = std::make_shared<testing::Stream>();
};

TEST_F(WatchTest, HandsOnWholeLinesHoweverTheyArrive) {
  server.on("GET", kMaps).stream(stream);
  stream->send_raw("{\"a\"");
  stream->send_raw(":1}\n\n{\"b\":2}\n{\"c\"");
  stream->send_raw(":3}\nunfinished");
  stream->end();
  std::vector<std::string> lines;
  EXPECT_TRUE(watch(*make(), [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  }));
  EXPECT_THAT(lines, ElementsAre(R"({"a":1})", R"({"b":2})", R"({"c":3})"));
  EXPECT_EQ(server.requests().at(0).query,
            "watch=true&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=300");
}

TEST_F(WatchTest, EndsWhenTheReaderWantsNoMore) {
  server.on("GET", kMaps).stream(stream);
  stream->send_raw("1\n2\n");
  int lines = 0;
  EXPECT_TRUE(watch(*make(), [&](std::string_view) { return ++lines < 1; }));
  EXPECT_EQ(lines, 1);
}

TEST_F(WatchTest, TellsABrokenConnectionFromAnEnd) {
  server.on("GET", kMaps).stream(stream);
  stream->send_raw("1\n");
  const auto ended = watch(*make(), [&](std::string_view) {
    stream->break_off();
    return true;
  });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reason, Reason::Unreachable);
}

TEST_F(WatchTest, GivesUpOnASilentConnection) {
  server.on("GET", kMaps).stream(stream);
  const auto ended = watch(*make({.watch_inactivity = 1000ms}), [](std::string_view) { return true; });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reason, Reason::Timeout);
}

TEST_F(WatchTest, StopsInAMomentWhileItWaits) {
  server.on("GET", kMaps).stream(stream);
  std::stop_source source;
  stream->send_raw("1\n");
  std::chrono::steady_clock::time_point stopped_at;
  std::jthread stopper;
  const auto ended = watch(
      *make(),
      [&](std::string_view) {
        stopper = std::jthread([&] {
          stopped_at = std::chrono::steady_clock::now();
          source.request_stop();
        });
        return true;
      },
      source.get_token());
  stopper.join();
  EXPECT_LT(std::chrono::steady_clock::now() - stopped_at, 1s);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reason, Reason::Cancelled);
}

TEST_F(WatchTest, StopsInAMomentWhileTheServerHasNotAnswered) {
  server.on("GET", kMaps).hang();
  std::stop_source source;
  auto api = make();
  std::jthread stopper([&] {
    server.wait_for_requests("GET", kMaps, 1);
    source.request_stop();
  });
  const auto ended = watch(
      *api, [](std::string_view) { return true; }, source.get_token());
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reason, Reason::Cancelled);
}

TEST_F(WatchTest, AnswersGoneForAnOldVersion) {
  server.on("GET", kMaps).reply(410, {{"kind", "Status"}, {"message", "too old"}});
  EXPECT_EQ(watch(*make(), [](std::string_view) { return true; }).error().reason, Reason::Gone);
}

}  // namespace
}  // namespace fusion::kube
