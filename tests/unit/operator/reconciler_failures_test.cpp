#include <gmock/gmock.h>

#include "tests/unit/operator/world.h"

namespace fusion::op {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
namespace types = kube::resources;

class ReconcilerFailuresTest : public testing::World {};

TEST_F(ReconcilerFailuresTest, AForeignObjectUnderAChildsNameIsLeftAlone) {
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  const kube::ObjectKey key{"demo", names(types::stateful_sets()).at(0)};
  ASSERT_TRUE(server_.delete_object(types::stateful_sets(), key, {}));
  server_.put(types::stateful_sets(),
              {{"metadata", {{"namespace", "demo"}, {"name", key.name}}}, {"spec", {{"theirs", 1}}}});
  ASSERT_TRUE(settle());
  pass(5s);
  EXPECT_EQ(condition("BridgesReady"), "False NameConflict");
  EXPECT_THAT(message("BridgesReady"), HasSubstr(key.name));
  EXPECT_EQ(server_.find(types::stateful_sets(), key)["spec"]["theirs"], 1);
}

TEST_F(ReconcilerFailuresTest, AKafkaThatIsDownIsSaidAndAskedAgainWithoutAHotLoop) {
  kafka_.down = true;
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  EXPECT_THAT(condition("TopicsReady"), HasSubstr("KafkaUnreachable"));
  new_writes();
  reconciles_ = 0;
  pass(60s);
  EXPECT_LE(reconciles_, 40);
  EXPECT_THAT(new_writes(), IsEmpty());
  kafka_.down = false;
  pass(10s);
  EXPECT_THAT(kafka_.topics, SizeIs(2));
}

TEST_F(ReconcilerFailuresTest, AnAnswerThatNeverComesIsNoticed) {
  kafka_.silent = true;
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  pass(5s);
  EXPECT_THAT(condition("TopicsReady"), HasSubstr("KafkaNotObserved"));
  pass(55s);
  EXPECT_THAT(condition("TopicsReady"), HasSubstr("KafkaTimeout"));
}

TEST_F(ReconcilerFailuresTest, ABadTopicBacksOffAndDoesNotStopTheOthers) {
  kafka_.refused["out"] = {kafka::Reason::InvalidConfig, "retention.ms: not a number", false};
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  EXPECT_TRUE(kafka_.topics.contains("in"));
  EXPECT_EQ(condition("TopicsReady"), "False InvalidConfig");
  kafka_.writes.clear();
  new_writes();
  pass(60s);
  EXPECT_LE(kafka_.writes.size(), 8u) << "tries of the refused topic";
  EXPECT_LE(new_writes().size(), 2 * kafka_.writes.size()) << "a try is announced, and taken back";
  kafka_.refused.clear();
  auto spec = spec_with_bridge();
  spec["topics"][1]["config"]["retention.ms"] = "2000";
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  EXPECT_TRUE(kafka_.topics.contains("out")) << "an edit is tried at once";
}

TEST_F(ReconcilerFailuresTest, ATopicThatKafkaRefusedToCreateAndSomebodyMadeIsNotOurs) {
  kafka_.refused["out"] = {kafka::Reason::PolicyViolation, "partitions by ticket only", false};
  auto spec = spec_with_bridge();
  spec["deletionPolicy"] = "Delete";
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  pass(20s);
  EXPECT_EQ(condition("TopicsReady"), "False PolicyViolation");
  kafka_.refused.clear();
  kafka_.topics["out"] = {"id-by-hand", 1, {}};
  pass(40s);
  EXPECT_THAT(condition("TopicsReady"), HasSubstr("True"));
  delete_pipeline();
  pass(60s);
  EXPECT_TRUE(server_.find(types::fusion_pipelines(), key_).is_null());
  EXPECT_TRUE(kafka_.topics.contains("out"));
  EXPECT_FALSE(kafka_.topics.contains("in"));
}

TEST_F(ReconcilerFailuresTest, ATopicThatKafkaRefusedAtFirstIsCreatedAndOursOnceItMayBe) {
  kafka_.refused["out"] = {kafka::Reason::PolicyViolation, "partitions by ticket only", false};
  auto spec = spec_with_bridge();
  spec["deletionPolicy"] = "Delete";
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  pass(20s);
  kafka_.refused.clear();
  pass(60s);
  EXPECT_TRUE(kafka_.topics.contains("out"));
  delete_pipeline();
  pass(60s);
  EXPECT_FALSE(kafka_.topics.contains("out"));
}

TEST_F(ReconcilerFailuresTest, ARefusedRenewalBacksOffAndIsToldInNoStatus) {
  auto spec = spec_with_bridge();
  spec["suspend"] = true;
  const std::string group = "test/demo/flights/carry";
  kafka_.commits[group] = {{{"in", 0}, kafka::CommittedOffset{7, ""}}};
  kafka_.refused[group] = {kafka::Reason::NotAuthorized, "group: grant the right", false};
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  pass(60s);
  EXPECT_THAT(kafka_.writes, Contains("refused " + group));
  kafka_.writes.clear();
  new_writes();
  reconciles_ = 0;
  pass(600s);
  EXPECT_LE(kafka_.writes.size(), 8u) << "tries";
  EXPECT_LE(reconciles_, 400);
  EXPECT_THAT(new_writes(), IsEmpty());
  kafka_.refused.clear();
  pass(400s);
  EXPECT_THAT(kafka_.writes, Contains("renew " + group));
}

TEST_F(ReconcilerFailuresTest, AStatusConflictIsTriedAgain) {
  server_.fail_next("patch-status", "fusionpipelines", {kube::Reason::Conflict, "changed", {}, 409});
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  pass(5s);
  EXPECT_THAT(condition("TopicsReady"), HasSubstr("True"));
}

TEST_F(ReconcilerFailuresTest, AnUnlabelledSecretIsNotUsed) {
  auto spec = spec_with_bridge();
  spec["kafka"]["sasl"] = {
      {"mechanism", "PLAIN"}, {"username", "u"}, {"passwordSecret", {{"name", "user"}, {"key", "password"}}}};
  json secret = {{"metadata", {{"namespace", "demo"}, {"name", "user"}}}, {"data", {{"password", "eA=="}}}};
  server_.put(types::secrets(), secret);
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  EXPECT_THAT(message("Ready"), HasSubstr(api::kCredentialsLabel));
  EXPECT_EQ(kafka_.outstanding(), 0u);
  EXPECT_THAT(kafka_.writes, IsEmpty());
  secret["metadata"]["labels"] = {{api::kCredentialsLabel, "true"}};
  server_.put(types::secrets(), secret);
  pass(35s);
  EXPECT_THAT(kafka_.topics, SizeIs(2));
}

TEST_F(ReconcilerFailuresTest, ATypoInATemplateIsFinalAndOtherwiseHarmless) {
  apply_pipeline(spec_with_bridge());
  ASSERT_TRUE(settle());
  server_.fail_next("apply", "statefulsets",
                    {kube::Reason::InvalidTemplate, "failed to create typed patch object", {}, 500});
  auto spec = spec_with_bridge();
  spec["bridges"][0]["replicas"] = 2;
  apply_pipeline(spec);
  ASSERT_TRUE(settle());
  EXPECT_EQ(condition("BridgesReady"), "False InvalidTemplate");
}

}  // namespace
}  // namespace fusion::op
