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

TEST(ApiServerRestart, AnInformerGoesOnAndLosesNothing) {
  OwnControlPlane control_plane;
  const auto credentials = credentials_from_kubeconfig(control_plane.kubeconfig());
  ASSERT_TRUE(credentials) << credentials.error().message;
  auto api = HttpApi::make(*credentials).value();
  const auto map = [](const std::string& name) {
    return json{{"apiVersion", "v1"},
                {"kind", "ConfigMap"},
                {"metadata", {{"name", name}, {"namespace", "default"}}}};
  };
  ASSERT_TRUE(api->create(resources::config_maps(), map("before")));

  std::atomic<int> deletions = 0;
  InformerOptions options{.type = resources::config_maps(), .ns = "default"};
  options.backoff = {.initial = 100ms, .limit = 1000ms};
  Informer<int> informer(
      *api, options, [](const json&) -> Expected<int> { return 1; },
      {.on_change = [&](const Change<int>& change) { deletions += change.after == nullptr; }});
  informer.start();
  ASSERT_TRUE(informer.wait_for_sync(kPatience));
  ASSERT_NE(*informer.get({"default", "before"}), nullptr);

  ASSERT_TRUE(control_plane.crash("kube-apiserver"));
  EXPECT_TRUE(eventually([&] { return informer.health().state == Health::State::Unknown; }));
  EXPECT_EQ(api->get(resources::config_maps(), {"default", "before"}).error().reason, Reason::Unreachable);
  EXPECT_NE(*informer.get({"default", "before"}), nullptr);

  ASSERT_TRUE(control_plane.up());
  EXPECT_TRUE(eventually([&] { return informer.health().state == Health::State::Live; }));
  ASSERT_TRUE(api->create(resources::config_maps(), map("after")));
  EXPECT_TRUE(eventually([&] { return *informer.get({"default", "after"}) != nullptr; }));
  EXPECT_EQ(deletions, 0);
}

}  // namespace
}  // namespace fusion::kube
