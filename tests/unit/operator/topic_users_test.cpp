#include "operator/topic_users.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/unit/kube/in_memory_api.h"

namespace fusion::op {
namespace {

class TopicUsersTest : public ::testing::Test {
 protected:
  nlohmann::json put(const std::string& name, nlohmann::json topics) {
    return api_.put(kube::resources::fusion_pipelines(),
                    {{"metadata", {{"namespace", "demo"}, {"name", name}}},
                     {"spec", {{"topics", std::move(topics)}}},
                     {"status", {{"observedGeneration", observed_generation_}}}});
  }
  std::optional<std::string> user(const std::string& own_uid, const std::string& cluster_of_others = "") {
    const auto found = other_users_of(api_, {}, {"alerts", "orders"}, "cluster-1", own_uid,
                                      [&](const kube::ObjectKey&) { return cluster_of_others; });
    EXPECT_TRUE(found);
    const auto entry = found->find("alerts");
    return entry == found->end() ? std::nullopt : std::optional(entry->second);
  }

  int observed_generation_ = 1;
  kube::testing::InMemoryApi api_;
};

TEST_F(TopicUsersTest, FindsAnotherPipelineEvenIfItDoesNotParse) {
  const auto own = put("own", {{{"name", "alerts"}}});
  EXPECT_EQ(user(own["metadata"]["uid"]), std::nullopt);
  put("other", {"nonsense", 7, {{"name", "alerts"}, {"partitions", "many"}}});
  EXPECT_EQ(user(own["metadata"]["uid"]), "demo/other");
}

TEST_F(TopicUsersTest, APipelineOnAnotherClusterUsesAnotherTopic) {
  put("other", {{{"name", "alerts"}}});
  EXPECT_EQ(user("own"), "demo/other") << "its cluster is not known";
  EXPECT_EQ(user("own", "cluster-2"), std::nullopt);
}

TEST_F(TopicUsersTest, AClusterThatWasLookedUpForAnEarlierSpecProvesNothing) {
  observed_generation_ = 0;
  put("other", {{{"name", "alerts"}}});
  EXPECT_EQ(user("own", "cluster-2"), "demo/other");
}

TEST_F(TopicUsersTest, AnUnansweredListIsNoPermission) {
  api_.fail_next("list", "fusionpipelines", {kube::Reason::Timeout, "slow", {}, 0});
  EXPECT_FALSE(other_users_of(api_, {}, {"alerts"}, "cluster-1", "own", [](const auto&) { return ""; }));
}

}  // namespace
}  // namespace fusion::op
