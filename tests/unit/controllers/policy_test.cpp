#include "controllers/topics/policy.h"

#include <gtest/gtest.h>

namespace fusion::topics {
namespace {

TEST(TopicsPolicy, LetsANamespaceWithoutAnEntryUseTopicsWithItsName) {
  EXPECT_TRUE(allows({}, "shop", "shop.orders"));
  EXPECT_FALSE(allows({}, "shop", "shop"));
  EXPECT_FALSE(allows({}, "shop", "shopping.orders"));
  EXPECT_FALSE(allows({}, "shop", "other.shop.orders"));
}

TEST(TopicsPolicy, MatchesPatterns) {
  const TopicPolicy policy = {{"shop", {"orders", "*-events", "a*b*c"}}};
  EXPECT_TRUE(allows(policy, "shop", "orders"));
  EXPECT_TRUE(allows(policy, "shop", "click-events"));
  EXPECT_TRUE(allows(policy, "shop", "axxbbyc"));
  EXPECT_FALSE(allows(policy, "shop", "orders2"));
  EXPECT_FALSE(allows(policy, "shop", "abcd"));
  EXPECT_FALSE(allows(policy, "shop", "shop.orders")) << "an entry replaces the default";
}

TEST(TopicsPolicy, LetsTheStarSpeakForNamespacesWithoutAnEntry) {
  const TopicPolicy policy = {{"*", {"public.*"}}, {"closed", {}}};
  EXPECT_TRUE(allows(policy, "shop", "public.x"));
  EXPECT_FALSE(allows(policy, "shop", "shop.x"));
  EXPECT_FALSE(allows(policy, "closed", "public.x"));
  EXPECT_EQ(allowed_patterns(policy, "closed"), "no topics");
}

}  // namespace
}  // namespace fusion::topics
