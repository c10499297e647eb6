#include "kube/informer.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "kube/http_api.h"
#include "tests/unit/kube/fake_api_server.h"

namespace fusion::kube {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::ElementsAre;

const std::string kMaps = "/api/v1/namespaces/demo/configmaps";

json config_map(const std::string& name, const std::string& version, const json& value,
                const std::string& uid = "u") {
  return {{"metadata", {{"name", name}, {"namespace", "demo"}, {"resourceVersion", version}, {"uid", uid}}},
          {"data", {{"value", value}}}};
}

json list_of(std::vector<json> items, const std::string& version, const std::string& next = "") {
  return {{"metadata", {{"resourceVersion", version}, {"continue", next}}}, {"items", std::move(items)}};
}

json event(const std::string& type, json object) { return {{"type", type}, {"object", std::move(object)}}; }

const json kFailure = {{"kind", "Status"}, {"message", "etcd is away"}};
const json kGone = {
    {"kind", "Status"}, {"message", "too old resource version"}, {"reason", "Expired"}, {"code", 410}};

// What a test's informer has told, in the order in which it did.
class Log {
 public:
  void add(const std::string& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
    changed_.notify_all();
  }
  // Waits for the line, and answers all lines up to it.
  std::vector<std::string> until(const std::string& line) {
    std::unique_lock lock(mutex_);
    const auto found = [&] { return std::find(lines_.begin(), lines_.end(), line); };
    EXPECT_TRUE(changed_.wait_for(lock, 5s, [&] { return found() != lines_.end(); }))
        << "never told: " << line;
    return {lines_.begin(), found() == lines_.end() ? found() : found() + 1};
  }
  std::vector<std::string> all() {
    const std::lock_guard lock(mutex_);
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

struct InformerTest : ::testing::Test {
  // Projects data.value, which must be text.
  Informer<std::string>& informer(std::function<void(InformerOptions&)> change = {}) {
    InformerOptions options{.type = resources::config_maps(), .ns = "demo"};
    options.backoff = {.initial = 10ms, .limit = 50ms};
    if (change) change(options);
    informer_ = std::make_unique<Informer<std::string>>(
        *api_, options,
        [](const json& object) -> Expected<std::string> {
          return object.at("data").at("value").get<std::string>();
        },
        Informer<std::string>::Callbacks{
            .on_change =
                [this](const Change<std::string>& change) {
                  log.add(change.key.name + ": " + (change.before ? *change.before : "-") + " -> " +
                          (change.after ? *change.after : "-"));
                },
            .on_rejected = [this](const ObjectKey& key, const Error&) { log.add(key.name + ": rejected"); },
            .on_health =
                [this](const Health& health) {
                  log.add(health.state == Health::State::Live
                              ? "Live"
                              : "Unknown: " + std::string(to_string(health.last_error->reason)));
                }});
    informer_->start();
    return *informer_;
  }

  testing::Rule& on_list() { return server.on("GET", kMaps + "?limit=500"); }
  testing::Rule& on_watch() { return server.on("GET", kMaps + "?watch=true"); }
  std::shared_ptr<testing::Stream> a_stream() { return std::make_shared<testing::Stream>(); }
  std::string last_query() { return server.requests().back().query; }

  testing::FakeApiServer server;
  std::unique_ptr<HttpApi> api_ = HttpApi::make(server.credentials(), {.watch_inactivity = 1000ms}).value();
  Log log;
  std::unique_ptr<Informer<std::string>> informer_;
};

TEST_F(InformerTest, ListsThenWatches) {
  auto stream = a_stream();
  on_list().reply(200, list_of({config_map("a", "1", "x")}, "5"));
  on_watch().stream(stream);
  auto& informer = this->informer();
  ASSERT_TRUE(informer.wait_for_sync(5s));
  stream->send(event("ADDED", config_map("b", "6", "y")));
  stream->send(event("MODIFIED", config_map("a", "7", "z")));
  stream->send(event("DELETED", config_map("b", "8", "y")));
  EXPECT_THAT(log.until("b: y -> -"),
              ElementsAre("a: - -> x", "Live", "b: - -> y", "a: x -> z", "b: y -> -"));
  EXPECT_EQ(**informer.get({"demo", "a"}), "z");
  EXPECT_EQ(*informer.get({"demo", "b"}), nullptr);
  EXPECT_EQ(informer.list("demo").size(), 1U);
  EXPECT_TRUE(informer.list("other").empty());
  EXPECT_EQ(informer.health().state, Health::State::Live);
}

TEST_F(InformerTest, CollectsAllPages) {
  on_list().reply(200, list_of({config_map("a", "1", "x")}, "5", "more"));
  server.on("GET", kMaps + "?limit=500&continue=more").reply(200, list_of({config_map("b", "2", "y")}, "5"));
  on_watch().stream(a_stream());
  auto& informer = this->informer();
  ASSERT_TRUE(informer.wait_for_sync(5s));
  EXPECT_EQ(informer.size(), 2U);
}

TEST_F(InformerTest, DoesNotTakeAFailedListForDeletions) {
  auto first = a_stream();
  on_list()
      .reply(200, list_of({config_map("a", "1", "x")}, "5"))
      .reply(500, kFailure)
      .reply(200, list_of({config_map("a", "1", "x"), config_map("b", "9", "y")}, "9"));
  on_watch().stream(first).stream(a_stream());
  auto& informer = this->informer();
  ASSERT_TRUE(informer.wait_for_sync(5s));
  first->send(event("ERROR", kGone));
  EXPECT_THAT(log.until("b: - -> y"),
              ElementsAre("a: - -> x", "Live", "Unknown: Gone", "Unknown: ServerError", "b: - -> y"));
}

TEST_F(InformerTest, DoesNotTakeHalfAListForDeletions) {
  auto first = a_stream();
  on_list()
      .reply(200, list_of({config_map("a", "1", "x"), config_map("b", "2", "y")}, "5"))
      .reply(200, list_of({config_map("a", "1", "x")}, "9", "more"))
      .reply(200, list_of({config_map("b", "2", "y")}, "12"));
  server.on("GET", kMaps + "?limit=500&continue=more").reply(410, kGone);
  on_watch().stream(first).stream(a_stream());
  this->informer();
  log.until("Live");
  first->send(event("ERROR", kGone));
  const auto lines = log.until("a: x -> -");
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "b: y -> -"), 0);
}

TEST_F(InformerTest, FindsDeletionsByACompleteList) {
  auto first = a_stream();
  on_list()
      .reply(200, list_of({config_map("a", "1", "x"), config_map("b", "2", "y")}, "5"))
      .reply(200, list_of({config_map("b", "2", "y")}, "9"));
  on_watch().stream(first).stream(a_stream());
  this->informer();
  log.until("Live");
  first->send(event("BOOKMARK", {{"metadata", {{"resourceVersion", "6"}}}}));
  first->send(event("ERROR", kGone));
  log.until("a: x -> -");
  const auto lines = log.all();
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "b: - -> y"), 1)
      << "an unchanged object is not told again";
}

TEST_F(InformerTest, KeepsEverythingWhileTheTypeIsNotServed) {
  auto first = a_stream();
  on_list().reply(200, list_of({config_map("a", "1", "x")}, "5")).reply(404, {{"kind", "Status"}});
  on_watch().stream(first).reply(404, {{"kind", "Status"}});
  auto& informer = this->informer();
  log.until("Live");
  first->end();
  log.until("Unknown: NotFound");
  EXPECT_EQ(informer.health().state, Health::State::Unknown);
  EXPECT_EQ(**informer.get({"demo", "a"}), "x");
  EXPECT_TRUE(informer.has_synced());
}

TEST_F(InformerTest, GoesOnWhereABrokenWatchEnded) {
  auto first = a_stream();
  auto second = a_stream();
  on_list().reply(200, list_of({config_map("a", "1", "x")}, "5"));
  on_watch().stream(first).stream(second);
  this->informer();
  log.until("Live");
  first->send(event("BOOKMARK", {{"metadata", {{"resourceVersion", "42"}}}}));
  first->break_off();
  log.until("Unknown: Unreachable");
  second->send(event("MODIFIED", config_map("a", "43", "y")));
  log.until("a: x -> y");
  EXPECT_THAT(last_query(), ::testing::HasSubstr("resourceVersion=42"));
  EXPECT_EQ(informer_->health().state, Health::State::Live);
  EXPECT_EQ(server.requests("GET", kMaps).size(), 3U) << "one list, two watches";
}

TEST_F(InformerTest, GoesOnAfterALongSilence) {
  on_list().reply(200, list_of({}, "5"));
  auto second = a_stream();
  on_watch().stream(a_stream()).stream(second);
  this->informer();
  log.until("Unknown: Timeout");
  second->send(event("ADDED", config_map("a", "6", "x")));
  log.until("a: - -> x");
}

TEST_F(InformerTest, ListsAgainAfterALineThatIsNoEvent) {
  for (const char* line : {"{\"type\": \"ADDED\", ", "[]", "{\"type\":\"ADDED\",\"object\":{}}",
                           "{\"type\":\"NEW\",\"object\":{\"metadata\":{\"resourceVersion\":\"6\"}}}"}) {
    testing::FakeApiServer fresh;
    auto first = a_stream();
    fresh.on("GET", kMaps + "?limit=500")
        .reply(200, list_of({}, "5"))
        .reply(200, list_of({config_map("a", "9", "x")}, "9"));
    fresh.on("GET", kMaps + "?watch=true").stream(first).stream(a_stream());
    auto api = HttpApi::make(fresh.credentials()).value();
    Log told;
    Informer<int> informer(
        *api, {.type = resources::config_maps(), .ns = "demo", .backoff = {.initial = 10ms, .limit = 50ms}},
        [](const json&) -> Expected<int> { return 1; },
        {.on_change = [&](const Change<int>& change) { told.add(change.key.name); },
         .on_rejected = {},
         .on_health =
             [&](const Health& health) {
               if (health.last_error) told.add(std::string(to_string(health.last_error->reason)));
             }});
    informer.start();
    first->send_raw(line + std::string("\n"));
    EXPECT_THAT(told.until("a"), ElementsAre("Invalid", "a")) << line;
  }
}

TEST_F(InformerTest, TellsWhatDoesNotProject) {
  auto stream = a_stream();
  on_list().reply(200, list_of({config_map("a", "1", 7), config_map("b", "2", "y")}, "5"));
  on_watch().stream(stream);
  auto& informer = this->informer();
  EXPECT_THAT(log.until("Live"), ElementsAre("a: rejected", "b: - -> y", "Live"));
  const auto rejected = informer.get({"demo", "a"});
  ASSERT_FALSE(rejected) << "there, and not readable: that is not the same as absent";
  EXPECT_EQ(rejected.error().reason, Reason::Invalid);
  stream->send(event("MODIFIED", config_map("a", "6", "x")));
  log.until("a: - -> x");
  EXPECT_EQ(**informer.get({"demo", "a"}), "x");
}

TEST_F(InformerTest, TellsAnObjectThatWasMadeAnewAsDeletedThenAdded) {
  auto first = a_stream();
  on_list()
      .reply(200, list_of({config_map("a", "1", "x", "old")}, "5"))
      .reply(200, list_of({config_map("a", "8", "x", "new")}, "9"));
  on_watch().stream(first).stream(a_stream());
  this->informer();
  log.until("Live");
  first->send(event("ERROR", kGone));
  log.until("a: x -> -");
  server.wait_for_requests("GET", kMaps, 4);
  EXPECT_THAT(log.all(), ElementsAre("a: - -> x", "Live", "Unknown: Gone", "a: x -> -", "a: - -> x", "Live"));
}

TEST_F(InformerTest, KnowsNothingBeforeTheFirstList) {
  on_list().reply(503, kFailure);
  auto& informer = this->informer();
  log.until("Unknown: ServerError");
  EXPECT_FALSE(informer.has_synced());
  EXPECT_FALSE(informer.wait_for_sync(1ms));
  EXPECT_EQ(informer.get({"demo", "a"}).error().reason, Reason::Unreachable);
}

TEST_F(InformerTest, WaitsAsLongAsTheServerAsks) {
  on_list().reply(429, {{"kind", "Status"}}, {{"Retry-After", "1"}}).reply(200, list_of({}, "5"));
  on_watch().stream(a_stream());
  const auto before = std::chrono::steady_clock::now();
  ASSERT_TRUE(this->informer().wait_for_sync(5s));
  EXPECT_GE(std::chrono::steady_clock::now() - before, 1s);
}

TEST_F(InformerTest, DoesNotAskInALoopWhenWatchesEndAtOnce) {
  on_list().reply(200, list_of({}, "5"));
  on_watch().reply_raw(200, "");
  this->informer([](InformerOptions& options) { options.backoff = {.initial = 10s, .limit = 10s}; });
  log.until("Live");
  server.wait_for_requests("GET", kMaps, 2);
  const auto before = std::chrono::steady_clock::now();
  informer_->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1s) << "stops while it backs off";
  EXPECT_EQ(server.requests("GET", kMaps).size(), 2U);
}

TEST_F(InformerTest, StopsInLessThanASecondInTheMiddleOfAnything) {
  on_list().hang();
  auto& informer = this->informer();
  server.wait_for_requests("GET", kMaps, 1);
  const auto before = std::chrono::steady_clock::now();
  informer.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);

  on_list().reply(200, list_of({}, "5"));
  on_watch().stream(a_stream());
  auto& watching = this->informer();
  ASSERT_TRUE(watching.wait_for_sync(5s));
  server.wait_for_requests("GET", kMaps, 3);
  const auto again = std::chrono::steady_clock::now();
  watching.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - again, 1s);
}

}  // namespace
}  // namespace fusion::kube
