#include <atomic>
#include <cstdio>

#include "kube/informer.h"
#include "tests/integration/kube/kube_fixture.h"

namespace fusion::kube {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// A control plane that this test may hurt, because nobody else uses it.
class OwnControlPlane {
 public:
  OwnControlPlane() { up(); }
  ~OwnControlPlane() { run("down"); }
  OwnControlPlane(const OwnControlPlane&) = delete;
  OwnControlPlane& operator=(const OwnControlPlane&) = delete;

  bool up() { return run("up --control-plane-only"); }
  bool crash(const std::string& part) { return run("stop " + part); }

  std::string kubeconfig() const {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
        popen((command("env") + " | sed -n 's/^export KUBECONFIG=//p'").c_str(), "r"), pclose);
    char line[4096] = {};
    if (!pipe || std::fgets(line, sizeof line, pipe.get()) == nullptr) return {};
    std::string path = line;
    path.erase(path.find_last_not_of('\n') + 1);
    return path;
  }

 private:
  std::string command(const std::string& what) const {
    return std::string(FUSION_SOURCE_DIR) + "/dev/cluster " + what + " --name " + name_;
  }
  bool run(const std::string& what) const {
    return std::system((command(what) + " >/dev/null 2>&1").c_str()) == 0;
  }

  const std::string name_ = unique_name("restart");
};

// What the API server is asked, with one answer changed.
class TooOldOnce final : public Api {
 public:
  explicit TooOldOnce(Api& real) : real_(real) {}
  std::atomic<int> lists = 0;

  Expected<json> get(const ResourceType& type, const ObjectKey& key) override { return real_.get(type, key); }
  Expected<ListPage> list(const ResourceType& type, const std::string& ns, const ListOptions& options,
                          std::stop_token stop) override {
    ++lists;
    return real_.list(type, ns, options, stop);
  }
  // The first watch begins at a version from before what the API server remembers.
  Expected<void> watch(const ResourceType& type, const std::string& ns, const WatchOptions& options,
                       const std::function<bool(std::string_view)>& on_line, std::stop_token stop) override {
    auto changed = options;
    if (!std::exchange(told_, true)) changed.resource_version = "1";
    return real_.watch(type, ns, changed, on_line, stop);
  }
  Expected<json> create(const ResourceType& type, const json& object) override {
    return real_.create(type, object);
  }
  Expected<json> apply(const ResourceType& type, const json& object, bool force) override {
    return real_.apply(type, object, force);
  }
  Expected<json> patch_status(const ResourceType& type, const ObjectKey& key, const std::string& version,
                              const json& status) override {
    return real_.patch_status(type, key, version, status);
  }
  Expected<json> merge_patch(const ResourceType& type, const ObjectKey& key, const json& patch) override {
    return real_.merge_patch(type, key, patch);
  }
  Expected<void> delete_object(const ResourceType& type, const ObjectKey& key,
                               const DeleteOptions& options) override {
    return real_.delete_object(type, key, options);
  }
  Expected<bool> serves(const ResourceType& type) override { return real_.serves(type); }
  Expected<std::string> server_version() override { return real_.server_version(); }

 private:
  Api& real_;
  bool told_ = false;
};

struct ApiServerRestart : ::testing::Test {
  static void SetUpTestSuite() { control_plane = std::make_unique<OwnControlPlane>(); }
  static void TearDownTestSuite() { control_plane.reset(); }

  void SetUp() override {
    ASSERT_TRUE(control_plane->up());
    const auto credentials = credentials_from_kubeconfig(control_plane->kubeconfig());
    ASSERT_TRUE(credentials) << credentials.error().message;
    api = HttpApi::make(*credentials).value();
  }

  json map(const std::string& name) const {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", name}, {"namespace", "default"}}}};
  }

  std::unique_ptr<Informer<int>> informer(Api& source) {
    InformerOptions options{.type = resources::config_maps(), .ns = "default"};
    options.backoff = {.initial = 100ms, .limit = 1000ms};
    auto made = std::make_unique<Informer<int>>(
        source, options, [](const json&) -> Expected<int> { return 1; },
        Informer<int>::Callbacks{
            .on_change = [this](const Change<int>& change) { deletions += !change.after; }});
    made->start();
    return made;
  }

  static inline std::unique_ptr<OwnControlPlane> control_plane;
  std::unique_ptr<HttpApi> api;
  std::atomic<int> deletions = 0;
};

TEST_F(ApiServerRestart, AnInformerGoesOnAndLosesNothing) {
  ASSERT_TRUE(api->create(resources::config_maps(), map("before")));
  auto informer = this->informer(*api);
  ASSERT_TRUE(informer->wait_for_sync(kPatience));
  ASSERT_NE(*informer->get({"default", "before"}), nullptr);

  ASSERT_TRUE(control_plane->crash("kube-apiserver"));
  EXPECT_TRUE(eventually([&] { return informer->health().state == Health::State::Unknown; }));
  EXPECT_EQ(api->get(resources::config_maps(), {"default", "before"}).error().reason, Reason::Unreachable);
  EXPECT_NE(*informer->get({"default", "before"}), nullptr);

  ASSERT_TRUE(control_plane->up());
  EXPECT_TRUE(eventually([&] { return informer->health().state == Health::State::Live; }));
  ASSERT_TRUE(api->create(resources::config_maps(), map("after")));
  EXPECT_TRUE(eventually([&] { return *informer->get({"default", "after"}) != nullptr; }));
  EXPECT_EQ(deletions, 0);
}

// A restarted API server remembers no version from before: the real 410.
TEST_F(ApiServerRestart, AnInformerListsAgainWhenItsVersionIsTooOld) {
  ASSERT_TRUE(api->create(resources::config_maps(), map("kept")));
  ASSERT_TRUE(control_plane->crash("kube-apiserver"));
  ASSERT_TRUE(control_plane->up());

  TooOldOnce source(*api);
  auto informer = this->informer(source);
  ASSERT_TRUE(informer->wait_for_sync(kPatience));
  EXPECT_TRUE(eventually([&] { return source.lists >= 2; })) << "the server must have answered 410";
  ASSERT_TRUE(api->create(resources::config_maps(), map("new")));
  EXPECT_TRUE(eventually([&] { return *informer->get({"default", "new"}) != nullptr; }));
  EXPECT_NE(*informer->get({"default", "kept"}), nullptr);
  EXPECT_EQ(deletions, 0);
}

}  // namespace
}  // namespace fusion::kube
