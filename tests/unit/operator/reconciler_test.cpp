#include <gmock/gmock.h>

#include "tests/unit/operator/world.h"

namespace fusion::op {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
namespace types = kube::resources;

class ReconcilerTest : public testing::World {};

TEST_F(ReconcilerTest, CreatesTopicsAndBridgesFromNothing) {
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  EXPECT_THAT(kafka_.writes, UnorderedElementsAre("create in", "create out"));
  EXPECT_EQ(kafka_.topics.at("in").partitions, 3);
  EXPECT_EQ(kafka_.topics.at("out").config.at("retention.ms"), "1000");
  EXPECT_THAT(names(types::stateful_sets()), SizeIs(1));
  EXPECT_THAT(names(types::config_maps()), SizeIs(1));
  EXPECT_THAT(condition("TopicsReady"), HasSubstr("True"));
}

TEST_F(ReconcilerTest, WritesNothingAtRest) {
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  pass(40s);
  new_writes();
  kafka_.writes.clear();
  pass(120s);
  EXPECT_THAT(new_writes(), IsEmpty());
  EXPECT_THAT(kafka_.writes, IsEmpty());
}

TEST_F(ReconcilerTest, TellsForHowLongABridgeHasBeenBehindAndThenRests) {
  const auto lag = [&] { return status()["bridges"][0].value("lagSeconds", -1); };
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  pass(20s);
  EXPECT_EQ(lag(), 0);

  kafka_.ends[{"in", 0}] = 5;
  pass(85s);
  EXPECT_EQ(lag(), 60);

  kafka_.commits["test/demo/flights/carry"] = {
      {{"in", 0}, kafka::CommittedOffset{5, "v1 records=5 bytes=5"}}};
  pass(80s);
  EXPECT_EQ(lag(), 0);
  EXPECT_EQ(status()["bridges"][0].value("recordsPerSecond", -1), 0);
  new_writes();
  pass(120s);
  EXPECT_THAT(new_writes(), IsEmpty());
}

TEST_F(ReconcilerTest, RemembersThatPartitionsGrewUntilNoIdFromBeforeIsHeld) {
  const auto grown = [&] { return status()["bridges"][0].value("partitionsGrown", false); };
  const auto commit = [&](std::int64_t window_start) {
    kafka_.commits["test/demo/flights/carry"] = {
        {{"in", 0}, kafka::CommittedOffset{50, "v1 records=50 bytes=50 ws=" + std::to_string(window_start)}}};
  };
  auto spec = spec_with_bridge();
  spec["bridges"][0].update(
      {{"guarantee", "EffectivelyOnce"}, {"deduplicate", {{"id", {{"header", "id"}}}}}});
  kafka_.ends[{"in", 0}] = 50;
  commit(40);
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  pass(40s);
  EXPECT_FALSE(grown());

  spec["topics"][0]["partitions"] = 6;
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  pass(40s);
  EXPECT_TRUE(grown());

  pass(700s);
  EXPECT_TRUE(grown());
  commit(50);
  pass(40s);
  EXPECT_FALSE(grown());
}

TEST_F(ReconcilerTest, FollowsAnEdit) {
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  auto spec = spec_with_bridge();
  spec["topics"][0]["partitions"] = 6;
  spec["topics"][1]["config"] = {{"retention.ms", "2000"}};
  spec["bridges"][0]["replicas"] = 3;
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  pass(31s);
  EXPECT_EQ(kafka_.topics.at("in").partitions, 6);
  EXPECT_EQ(kafka_.topics.at("out").config.at("retention.ms"), "2000");
  const json set = server_.find(types::stateful_sets(), {"demo", names(types::stateful_sets()).at(0)});
  EXPECT_EQ(set["spec"]["replicas"], 3);
}

TEST_F(ReconcilerTest, SuspendingScalesToZeroAndKeepsTheRest) {
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  auto spec = spec_with_bridge();
  spec["suspend"] = true;
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  const json set = server_.find(types::stateful_sets(), {"demo", names(types::stateful_sets()).at(0)});
  EXPECT_EQ(set["spec"]["replicas"], 0);
  EXPECT_THAT(kafka_.topics, SizeIs(2));
}

TEST_F(ReconcilerTest, RenewsThePositionsOfABridgeWithoutPodsOnceAnHour) {
  auto spec = spec_with_bridge();
  spec["suspend"] = true;
  kafka_.commits["test/demo/flights/carry"] = {{{"in", 0}, kafka::CommittedOffset{7, ""}}};
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  pass(60s);
  EXPECT_THAT(kafka_.writes, Contains("renew test/demo/flights/carry").Times(1)) << "nothing is remembered";
  kafka_.writes.clear();
  new_writes();
  pass(3400s);
  EXPECT_THAT(kafka_.writes, IsEmpty());
  pass(300s);
  EXPECT_THAT(kafka_.writes, ElementsAre("renew test/demo/flights/carry"));
  EXPECT_THAT(new_writes(), IsEmpty()) << "no status tells of it";
}

TEST_F(ReconcilerTest, RenewsThePositionsOfManyBridgesOneAfterAnother) {
  auto spec = spec_with_bridge();
  spec["suspend"] = true;
  for (const std::string name : {"two", "three"}) {
    spec["topics"].push_back({{"name", name}});
    spec["bridges"].push_back({{"name", name}, {"from", {{"topic", "in"}}}, {"to", {{"topic", name}}}});
  }
  for (const std::string name : {"carry", "two", "three"})
    kafka_.commits["test/demo/flights/" + name] = {{{"in", 0}, kafka::CommittedOffset{7, ""}}};
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  pass(3s);
  EXPECT_THAT(kafka_.writes, Contains(HasSubstr("renew")).Times(1));
  pass(180s);
  for (const std::string name : {"carry", "two", "three"})
    EXPECT_THAT(kafka_.writes, Contains("renew test/demo/flights/" + name).Times(1));
}

TEST_F(ReconcilerTest, RenewsNoPositionsWhileAPodRuns) {
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  json set = server_.find(types::stateful_sets(), {"demo", names(types::stateful_sets()).at(0)});
  set["status"] = {{"replicas", 1}, {"readyReplicas", 1}, {"updatedReplicas", 1}};
  server_.put(types::stateful_sets(), set);
  ASSERT_TRUE(settle());
  kafka_.writes.clear();
  kafka_.commits["test/demo/flights/carry"] = {{{"in", 0}, kafka::CommittedOffset{7, ""}}};
  pass(60s);
  set["status"]["readyReplicas"] = 0;
  server_.put(types::stateful_sets(), set);
  pass(60s);
  EXPECT_THAT(kafka_.writes, IsEmpty()) << "it ran a moment ago";
}

TEST_F(ReconcilerTest, RepairsDriftOnce) {
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  const kube::ObjectKey key{"demo", names(types::stateful_sets()).at(0)};
  json set = server_.find(types::stateful_sets(), key);
  set["spec"]["replicas"] = 7;
  server_.put(types::stateful_sets(), set);
  new_writes();
  ASSERT_TRUE(settle());
  EXPECT_EQ(server_.find(types::stateful_sets(), key)["spec"]["replicas"], 1);
  pass(60s);
  int applies = 0;
  for (const auto& write : new_writes()) applies += write.rfind("apply", 0) == 0 ? 1 : 0;
  EXPECT_EQ(applies, 1);
}

TEST_F(ReconcilerTest, APausedPipelineIsLeftAsItIs) {
  apply_pipeline(spec_with_bridge());
  json object = server_.find(types::fusion_pipelines(), key_);
  object["metadata"]["annotations"] = {{api::kPausedAnnotation, "true"}};
  server_.put(types::fusion_pipelines(), object);
  ASSERT_TRUE(settle());
  EXPECT_THAT(status()["message"], HasSubstr(api::kPausedAnnotation));
  new_writes();
  pass(60s);
  EXPECT_THAT(new_writes(), IsEmpty());
  EXPECT_THAT(kafka_.writes, IsEmpty());
}

TEST_F(ReconcilerTest, APausedPipelineThatIsDeletedSaysWhatItWaitsFor) {
  auto spec = spec_with_bridge();
  spec["deletionPolicy"] = "Delete";
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  json object = server_.find(types::fusion_pipelines(), key_);
  object["metadata"]["annotations"] = {{api::kPausedAnnotation, "true"}};
  server_.put(types::fusion_pipelines(), object);
  delete_pipeline();
  ASSERT_TRUE(settle());
  EXPECT_THAT(status()["message"], HasSubstr("being deleted, and paused"));
  EXPECT_TRUE(kafka_.topics.contains("out"));
  object = server_.find(types::fusion_pipelines(), key_);
  object["metadata"]["annotations"] = json::object();
  server_.put(types::fusion_pipelines(), object);
  ASSERT_TRUE(settle());
  pass(60s);
  EXPECT_TRUE(server_.find(types::fusion_pipelines(), key_).is_null());
}

TEST_F(ReconcilerTest, APipelineThatCannotBeReadGoesUnlessThereIsSomethingToDelete) {
  for (const auto* policy : {"Delete", "Retain"}) {
    auto spec = spec_with_bridge();
    spec["deletionPolicy"] = "Delete";
    apply_pipeline(spec);
    ASSERT_TRUE(settle());
    json object = server_.find(types::fusion_pipelines(), key_);
    object["spec"]["bridges"] = "none";
    object["spec"]["deletionPolicy"] = policy;
    server_.put(types::fusion_pipelines(), object);
    delete_pipeline();
    ASSERT_TRUE(settle());
    EXPECT_TRUE(kafka_.topics.contains("out"));
    if (std::string_view(policy) == "Delete") {
      EXPECT_THAT(status()["message"], HasSubstr("spec.bridges"));
      object = server_.find(types::fusion_pipelines(), key_);
      object["spec"] = spec;
      server_.put(types::fusion_pipelines(), object);
      ASSERT_TRUE(settle());
      pass(60s);
    }
    EXPECT_TRUE(server_.find(types::fusion_pipelines(), key_).is_null()) << policy;
  }
}

TEST_F(ReconcilerTest, DeletesItsTopicsUnderDeleteAndLetsThePipelineGo) {
  auto spec = spec_with_bridge();
  spec["deletionPolicy"] = "Delete";
  kafka_.topics["in"] = {"id-found", 3, {}};
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  delete_pipeline();
  ASSERT_TRUE(settle());
  pass(60s);
  EXPECT_TRUE(server_.find(types::fusion_pipelines(), key_).is_null());
  EXPECT_TRUE(kafka_.topics.contains("in")) << "it was there before the pipeline";
  EXPECT_FALSE(kafka_.topics.contains("out"));
}

TEST_F(ReconcilerTest, AsksNothingAboutATopicThatThePolicyRefuses) {
  use_default_connection({{"demo", {"out"}}});
  kafka_.topics["in"] = {"id-in", 3, {}};
  auto spec = spec_with_bridge();
  spec.erase("kafka");
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  pass(60s);
  EXPECT_THAT(kafka_.asked, ElementsAre("out"));
  EXPECT_EQ(condition("TopicsReady"), "False TopicNotAllowed");
  EXPECT_THAT(kafka_.writes, ElementsAre("create out"));
}

TEST_F(ReconcilerTest, ShowsNoFiguresOfATopicThatThePolicyRefusesByNow) {
  use_default_connection({{"demo", {"*"}}});
  auto spec = spec_with_bridge();
  spec.erase("kafka");
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  kafka_.commits["test/demo/flights/carry"] = {{{"in", 0}, kafka::CommittedOffset{0, ""}}};
  pass(40s);
  ASSERT_EQ(status()["bridges"][0].value("lagRecords", -1), 0);

  use_default_connection({{"demo", {}}});
  pass(60s);
  EXPECT_EQ(condition("TopicsReady"), "False TopicNotAllowed");
  EXPECT_FALSE(status()["bridges"][0].contains("lagRecords")) << status()["bridges"];
  kafka_.asked.clear();
  pass(60s);
  EXPECT_THAT(kafka_.asked, IsEmpty());
}

TEST_F(ReconcilerTest, WritesNothingWithoutTheLease) {
  leads_ = false;
  apply_pipeline(spec_with_bridge());
  new_writes();
  settle();
  pass(20s);
  EXPECT_THAT(new_writes(), IsEmpty());
  EXPECT_THAT(kafka_.writes, IsEmpty());
}

TEST_F(ReconcilerTest, TellsOfAPipelineThatDoesNotParse) {
  auto spec = spec_with_bridge();
  spec["topics"][0]["partitions"] = "many";
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  EXPECT_THAT(condition("Ready"), HasSubstr("False"));
  EXPECT_THAT(message("Ready"), HasSubstr("spec.topics[in].partitions"));
  EXPECT_THAT(kafka_.writes, IsEmpty());
}

}  // namespace
}  // namespace fusion::op
