#include "api/names.h"

#include <gmock/gmock.h>

#include "controllers/bridges/child_name.h"

namespace fusion::bridges {
namespace {

using ::testing::EndsWith;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

TEST(ChildName, ShowsBothNamesAndAHash) {
  EXPECT_THAT(child_name("flight-delays", "profiles"), MatchesRegex("flight-delays-profiles-b[0-9a-f]{8}"));
}

TEST(ChildName, NeverChanges) {
  // Live objects carry these names: another value here would leave them behind.
  EXPECT_EQ(child_name("flight-delays", "profiles"), "flight-delays-profiles-b2e3b239d");
}

TEST(ChildName, TellsDashesOfOneNameFromThoseOfTheOther) {
  EXPECT_NE(child_name("a", "b-c"), child_name("a-b", "c"));
}

TEST(ChildName, IsALegalLabelForTheLongestNames) {
  const std::string pipeline(253, 'p');
  const std::string bridge(63, 'b');
  for (const auto& name :
       {child_name(pipeline, bridge), child_name("p", bridge), child_name(pipeline, "b"),
        child_name("a.b.c", "b"), child_name(std::string(16, 'x') + "." + pipeline, bridge)}) {
    EXPECT_TRUE(api::is_dns_label(name)) << name;
    EXPECT_LE(name.size(), kMaxChildName) << name;
  }
}

TEST(ChildName, LeavesRoomForTheSuffixesOfClaimsAndConfigMaps) {
  const auto child = child_name(std::string(253, 'p'), std::string(63, 'b'));
  EXPECT_EQ(child.size(), kMaxChildName);
  EXPECT_LE((child + "-1234567890").size(), 63u) << "pods carry it with a revision as a label";
  EXPECT_TRUE(api::is_dns_label(claim_name(child, 99)));
  EXPECT_TRUE(api::is_dns_label(config_map_name(child, "content")));
}

TEST(ChildName, TellsLongNamesApartThatDifferAtTheirEnd) {
  const std::string longest(252, 'p');
  EXPECT_NE(child_name(longest + "1", "b"), child_name(longest + "2", "b"));
}

TEST(ConfigMapName, FollowsTheContent) {
  EXPECT_EQ(config_map_name("child", "a"), config_map_name("child", "a"));
  EXPECT_NE(config_map_name("child", "a"), config_map_name("child", "b"));
  EXPECT_THAT(config_map_name("child", "a"), StartsWith("child-"));
}

TEST(ClaimName, IsTheOneThatStatefulSetsMake) {
  EXPECT_EQ(claim_name("x-y-b00000000", 3), "state-x-y-b00000000-3");
}

TEST(LabelValue, KeepsWhatIsLegal) {
  EXPECT_EQ(label_value("flight-delays"), "flight-delays");
  EXPECT_EQ(label_value("a.b"), "a.b");
}

TEST(LabelValue, ShortensAndTellsApart) {
  const std::string longest(252, 'p');
  const auto one = label_value(longest + "1");
  EXPECT_TRUE(api::is_label_value(one)) << one;
  EXPECT_EQ(one.size(), 63u);
  EXPECT_NE(one, label_value(longest + "2"));
  EXPECT_TRUE(api::is_label_value(label_value(std::string(53, 'a') + "." + longest)));
}

TEST(GroupName, NamesTheInstallationFirst) {
  EXPECT_EQ(group_name("0a1b2c3d", "shop", "orders", "clicks"), "0a1b2c3d/shop/orders/clicks");
}

}  // namespace
}  // namespace fusion::bridges
