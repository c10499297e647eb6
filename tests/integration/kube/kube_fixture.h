#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>

#include "kube/http_api.h"

namespace fusion::kube {

inline constexpr std::chrono::seconds kPatience{30};

/// Waits until `condition` holds; false if it did not within `kPatience`.
inline bool eventually(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

inline std::string unique_name(const std::string& what) {
  std::random_device random;
  return "kube-" + what + "-" + std::to_string(random());
}

/// A test with a namespace of its own on the API server that KUBECONFIG names. Without KUBECONFIG it fails.
class KubeTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(std::getenv("KUBECONFIG"), nullptr)
        << "KUBECONFIG is not set: dev/cluster up --control-plane-only --name NAME, then "
           "eval \"$(dev/cluster env --name NAME)\"";
    const auto credentials = find_credentials({});
    ASSERT_TRUE(credentials) << credentials.error().message;
    auto made = HttpApi::make(*credentials);
    ASSERT_TRUE(made) << made.error().message;
    api_ = *std::move(made);
    const auto created =
        api_->create(resources::namespaces(),
                     {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", ns_}}}});
    ASSERT_TRUE(created) << created.error().message;
  }

  void TearDown() override {
    if (api_) (void)api_->delete_object(resources::namespaces(), {"", ns_}, {});
  }

  Api& api() { return *api_; }
  ObjectKey key(const std::string& name) const { return {ns_, name}; }

  nlohmann::json config_map(const std::string& name, nlohmann::json data = nlohmann::json::object()) const {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", name}, {"namespace", ns_}}},
            {"data", std::move(data)}};
  }

  /// Creates, and fails the test if that fails.
  nlohmann::json created(const ResourceType& type, const nlohmann::json& object) {
    auto answer = api_->create(type, object);
    EXPECT_TRUE(answer) << answer.error().message;
    return answer ? *answer : nlohmann::json();
  }

  const std::string ns_ = unique_name("test");
  std::unique_ptr<HttpApi> api_;
};

}  // namespace fusion::kube
