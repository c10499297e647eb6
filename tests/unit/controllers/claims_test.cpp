#include "controllers/topics/claims.h"

#include <gmock/gmock.h>

#include "tests/unit/controllers/builders.h"

namespace fusion::topics {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using namespace fusion::test;

std::string manager_of(const std::vector<Claim>& claims, const std::string& topic) {
  const auto all = managers(claims);
  const auto found = all.find({kCluster, topic});
  return found == all.end() ? "" : found->second.uid;
}

Claim managing(Claim claim) {
  claim.manages = true;
  return claim;
}

Claim observing(Claim claim) {
  claim.wants = false;
  return claim;
}

Claim terminating(Claim claim) {
  claim.terminating = true;
  return claim;
}

TEST(Claims, GoToTheOldestPipeline) {
  EXPECT_EQ(manager_of({claim("t", "a/b", "young", 9), claim("t", "a/a", "old", 1)}, "t"), "old");
}

TEST(Claims, GoToTheLowestUidAmongEquals) {
  EXPECT_EQ(manager_of({claim("t", "a/b", "2", 1), claim("t", "a/a", "1", 1)}, "t"), "1");
}

TEST(Claims, StayWithWhoManagesAlready) {
  EXPECT_EQ(manager_of({managing(claim("t", "a/b", "young", 9)), claim("t", "a/a", "old", 1)}, "t"), "young");
}

TEST(Claims, StayWithAPipelineThatIsBeingDeletedUntilItIsGone) {
  const auto going = terminating(managing(claim("t", "a/b", "going", 9)));
  EXPECT_EQ(manager_of({going, claim("t", "a/a", "next", 1)}, "t"), "going");
  EXPECT_EQ(manager_of({claim("t", "a/a", "next", 1)}, "t"), "next");
}

TEST(Claims, AreNotWonByAPipelineThatIsBeingDeleted) {
  EXPECT_EQ(manager_of({terminating(claim("t", "a/b", "going", 1)), claim("t", "a/a", "next", 9)}, "t"),
            "next");
}

TEST(Claims, AreNotWonByObserving) {
  EXPECT_EQ(manager_of({observing(claim("t", "a/b", "watcher", 1))}, "t"), "");
}

TEST(Claims, OnTheSameNameInAnotherClusterDoNotMeet) {
  auto elsewhere = claim("t", "a/b", "elsewhere", 1);
  elsewhere.cluster_id = "cluster-2";
  EXPECT_EQ(manager_of({elsewhere, claim("t", "a/a", "here", 9)}, "t"), "here");
}

TEST(Claims, AreMadeForEachTopicOfTheSpec) {
  const api::FusionPipeline pipeline = a_pipeline()
                                           .with_topic("a")
                                           .with_topic("b", {.management = api::Management::kObserved})
                                           .with_recorded(recorded("a"));

  const auto claims = claims_of(pipeline, kCluster);

  ASSERT_EQ(claims.size(), 2u);
  EXPECT_TRUE(claims[0].wants && claims[0].manages);
  EXPECT_FALSE(claims[1].wants || claims[1].manages);
  EXPECT_EQ(claims[0].pipeline, "shop/orders");
}

TEST(Claims, ComeFromTheStatusWhileTheClusterIsNotKnown) {
  const api::FusionPipeline pipeline =
      a_pipeline().with_topic("a").with_topic("b").with_recorded(recorded("a"));

  const auto claims = claims_of(pipeline, "");

  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0].topic, "a");
}

TEST(Claims, DoNotCarryManagementIntoAnotherCluster) {
  const api::FusionPipeline pipeline = a_pipeline().with_topic("a").with_recorded(recorded("a"));

  EXPECT_FALSE(claims_of(pipeline, "cluster-2").at(0).manages);
}

TEST(Claims, ProtectATopicThatAnotherPipelineOnlyObserves) {
  const std::vector<Claim> claims = {claim("t", "a/a", "me", 1), observing(claim("t", "a/b", "watcher", 1))};
  EXPECT_EQ(other_user(claims, kCluster, "t", "me")->pipeline, "a/b");
  EXPECT_FALSE(other_user(claims, kCluster, "t", "watcher")->pipeline.empty());
}

TEST(Claims, OfPipelinesThatAreBeingDeletedProtectNothing) {
  EXPECT_EQ(other_user({terminating(claim("t", "a/b", "going", 1))}, kCluster, "t", "me"), std::nullopt);
}

TEST(Claims, ThatGoWakeTheOthers) {
  const auto mine = claim("t", "a/a", "me", 1);
  const auto theirs = claim("t", "a/b", "them", 2);
  const auto unrelated = claim("u", "a/c", "else", 3);

  EXPECT_THAT(to_wake({theirs, unrelated}, {mine}, {}), ElementsAre(Holder{"a/b", "them"}));
  EXPECT_THAT(to_wake({mine, theirs}, {mine}, {mine}), IsEmpty());
  EXPECT_THAT(to_wake({mine, theirs}, {mine}, {managing(mine)}), ElementsAre(Holder{"a/b", "them"}));
}

}  // namespace
}  // namespace fusion::topics
