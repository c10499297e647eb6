#include "kube/resource.h"

#include <gtest/gtest.h>

namespace fusion::kube {
namespace {

TEST(ResourceType, HasPathsOfTheCoreGroupAndOfOthers) {
  EXPECT_EQ(collection_path(resources::config_maps(), "demo"), "/api/v1/namespaces/demo/configmaps");
  EXPECT_EQ(collection_path(resources::config_maps(), ""), "/api/v1/configmaps");
  EXPECT_EQ(collection_path(resources::stateful_sets(), "demo"),
            "/apis/apps/v1/namespaces/demo/statefulsets");
  EXPECT_EQ(object_path(resources::fusion_pipelines(), {"demo", "a"}, "status"),
            "/apis/fusion-operator.io/v1alpha1/namespaces/demo/fusionpipelines/a/status");
  EXPECT_EQ(object_path(resources::namespaces(), {"", "demo"}), "/api/v1/namespaces/demo");
}

TEST(ResourceType, DoesNotLetANameLeaveItsPath) {
  EXPECT_EQ(object_path(resources::pods(), {"demo", "../../x?y"}),
            "/api/v1/namespaces/demo/pods/..%2F..%2Fx%3Fy");
}

TEST(ObjectKey, ReadsAsPeopleWriteIt) {
  EXPECT_EQ(to_string(ObjectKey{"demo", "a"}), "demo/a");
  EXPECT_EQ(to_string(ObjectKey{"", "demo"}), "demo");
}

}  // namespace
}  // namespace fusion::kube
