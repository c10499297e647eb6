#include <gmock/gmock.h>

#include "controllers/stages/render.h"
#include "tests/unit/controllers/stage_world.h"

/// How stages come to life, and what keeps them from it.
namespace fusion::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

TEST(Stages, StartOnceTheirTopicsAreUsable) {
  World world(of(kFlink));
  EXPECT_THAT(world.plan().stages, IsEmpty());
  EXPECT_EQ(state_of(world), "Pending");
  EXPECT_THAT(told(world), HasSubstr("WaitingForTopics: stage count waits for topic clicks"));

  world.converge();

  EXPECT_LT(position(world, "CreateTopic counts"), position(world, "CreateWorkload count"));
  EXPECT_LT(position(world, "CreateConfigMap count"), position(world, "CreateWorkload count"));
  EXPECT_EQ(world.stage_status("count").state, "Running");
  EXPECT_EQ(world.stage_status("count").kind, "FlinkDeployment");
  EXPECT_EQ(world.pipeline.status.stages_ready, "1/1");
  EXPECT_EQ(world.pipeline.status.stage_states, "count Running");
  EXPECT_EQ(stages_ready(world.pipeline.status).status, api::ConditionStatus::kTrue);
}

TEST(Stages, AreLeftAloneAtRest) {
  for (const auto& stage : {kFlink, kSpark, kBatch, an_apache_spark_stage("count", "clicks", "counts")}) {
    auto world = at_rest(of(stage));
    for (int i = 0; i < 3; ++i) EXPECT_FALSE(world.reconcile());
    EXPECT_THAT(world.log, IsEmpty());
  }
}

TEST(Stages, StartAfterAnotherOneHasCompleted) {
  auto world =
      at_rest(of(a_batch("profile", "", "clicks")).with(after(kFlink, "profile", api::Until::kCompleted)));
  EXPECT_FALSE(world.has_workload("count"));
  EXPECT_EQ(world.stage_status("count").state, "Pending");
  EXPECT_THAT(world.stage_status("count").message, HasSubstr("waits for stage profile to complete"));

  world.complete("profile");
  world.converge();

  EXPECT_TRUE(world.has_workload("count"));
  EXPECT_EQ(world.stage_status("profile").state, "Completed");
  EXPECT_EQ(world.pipeline.status.stages_ready, "2/2");
}

TEST(Stages, AreNotStartedTwiceAfterADeathBeforeAnyWrite) {
  for (const auto& stage : {kBatch, kFlink}) {
    World undisturbed(of(stage));
    undisturbed.converge();
    for (int reconcile = 0; reconcile < 5; ++reconcile) {
      for (int write = 0; write < 6; ++write) {
        World world(of(stage));
        for (int i = 0; i < reconcile; ++i) world.reconcile();
        world.reconcile(write);
        world.converge();
        EXPECT_THAT(only(world.log, "CreateWorkload"), SizeIs(1)) << reconcile << ", " << write;
        EXPECT_EQ(world.end_state(), undisturbed.end_state()) << reconcile << ", " << write;
      }
    }
  }
}

TEST(Stages, AreNotRefusedForWhatTheyWereStartedWith) {
  auto world = at_rest(of(kFlink));
  world.topics["clicks"].effective = {{"cleanup.policy", "compact"}};
  EXPECT_THAT(world.plan().stages, IsEmpty());
  EXPECT_EQ(state_of(world), "Running");

  use_template(world, R"({"image":"flink:2","job":{}})");
  EXPECT_THAT(world.plan().stages, IsEmpty());
  EXPECT_THAT(told(world), AllOf(HasSubstr("(stalled) "), HasSubstr("InputIsCompacted")));
  EXPECT_EQ(state_of(world), "Running");
}

TEST(Stages, WithATemplateThatIsRefusedNameTheField) {
  const auto world = at_rest(of(running(kFlink, R"({"job": {"upgradeMode": "stateless"}})")));
  EXPECT_FALSE(world.has_workload("count"));
  EXPECT_THAT(told(world), AllOf(HasSubstr("(stalled) TemplateRefused"),
                                 HasSubstr("spec.stages[count].workload.template.spec.job.upgradeMode")));
}

TEST(Stages, WaitForTheirEngine) {
  World world(of(kFlink));
  world.served.clear();
  world.converge();
  EXPECT_EQ(world.stage_status("count").state, "Pending");
  EXPECT_THAT(told(world),
              AllOf(HasSubstr("EngineNotInstalled"), HasSubstr("flinkdeployments.flink.apache.org"),
                    Not(HasSubstr("(stalled)"))));

  world.served.insert("flink.apache.org/v1beta1/FlinkDeployment");
  world.converge();
  EXPECT_EQ(world.stage_status("count").state, "Running");
}

TEST(Stages, AreUnknownWhenTheirEngineGoes) {
  auto world = at_rest(of(kFlink));
  world.served.clear();
  world.workloads.clear();
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_EQ(world.stage_status("count").state, "Unknown");
}

TEST(Stages, StayCompletedWhenTheirEngineGoes) {
  auto world = completed();
  world.served.clear();
  world.workloads.clear();
  world.converge();
  ASSERT_TRUE(world.stage_status("count").completed);
  world.served = World(of(kBatch)).served;
  world.converge();
  EXPECT_THAT(only(world.log, "CreateWorkload"), IsEmpty());
}

TEST(Stages, LeaveWhatHasTheirNameAndIsNotTheirs) {
  World world(of(kFlink));
  const auto child = stages::child_name(world.pipeline, "count");
  world.workloads[child] = {{"apiVersion", "flink.apache.org/v1beta1"},
                            {"kind", "FlinkDeployment"},
                            {"metadata", {{"name", child}, {"uid", "foreign"}, {"generation", 1}}},
                            {"spec", {{"job", {{"state", "running"}}}}}};
  world.converge();
  EXPECT_THAT(only(world.log, "CreateWorkload"), IsEmpty());
  EXPECT_THAT(told(world), AllOf(HasSubstr("(stalled) NameConflict"), HasSubstr("shop/" + child)));
  world.pipeline.spec.suspend = true;
  world.converge();
  world.pipeline.spec.stages.clear();
  world.converge();
  EXPECT_EQ(world.workload("count")["metadata"]["uid"], "foreign");
}

TEST(Stages, LeaveAConfigMapThatIsNotTheirs) {
  auto world = at_rest(of(kFlink));
  for (auto& [name, map] : world.config_maps) map["metadata"]["ownerReferences"] = json::array();
  EXPECT_THAT(world.plan().stages, IsEmpty());
  EXPECT_THAT(told(world), AllOf(HasSubstr("(stalled) NameConflict"), HasSubstr("ConfigMap orders-count-")));
}

TEST(Stages, AreToldAsFailedWithTheEnginesWord) {
  auto world = at_rest(of(kFlink));
  world.fail("count");
  EXPECT_THAT(told(world), HasSubstr("(stalled) StageFailed: stage count has failed: exit code 3"));
  EXPECT_EQ(state_of(world), "Failed");
  world.workload("count")["status"]["lifecycleState"] = "DREAMING";
  EXPECT_THAT(told(world),
              AllOf(HasSubstr("StageStateUnknown"), HasSubstr("DREAMING"), Not(HasSubstr("(stalled)"))));
}

TEST(Stages, WaitForTheSecretsOfTheirConnection) {
  World world(of(kFlink).with_kafka(secured_kafka()));
  world.converge();
  EXPECT_FALSE(world.has_workload("count"));
  world.secrets = good_secrets();
  world.converge();
  EXPECT_EQ(world.stage_status("count").state, "Running");
}

TEST(Stages, RunOnWithTheOldTemplateWhileTheNewOneIsRefused) {
  auto world = at_rest(of(kFlink));
  use_template(world, R"({"job":{"upgradeMode":"stateless"}})");
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_EQ(world.stage_status("count").state, "Running");
  EXPECT_THAT(world.stage_status("count").message, HasSubstr("upgradeMode"));
  EXPECT_THAT(told(world), HasSubstr("(stalled) TemplateRefused"));
}

TEST(Stages, RunOnWhileKafkaIsSilent) {
  for (const auto& stage : {kFlink, kSpark, kBatch}) {
    auto world = at_rest(of(stage));
    world.kafka_down = true;
    EXPECT_THAT(world.plan().stages, IsEmpty());
    EXPECT_EQ(state_of(world), "Running");
    world.pipeline.spec.kafka->bootstrap_servers = "another:9092";
    EXPECT_THAT(world.plan().stages, IsEmpty());
  }
}

TEST(Stages, DoNotStartWhileKafkaIsSilent) {
  World world(of(kFlink));
  world.kafka_down = true;
  world.converge();
  EXPECT_THAT(world.log, Not(Contains("CreateWorkload count")));
  EXPECT_EQ(world.stage_status("count").state, "Pending");
}

TEST(Stages, RunOnWhenATopicIsLost) {
  auto world = at_rest(of(kFlink));
  world.topics["counts"].topic_id = "another";
  EXPECT_THAT(world.plan().stages, IsEmpty());
  EXPECT_EQ(state_of(world), "Running");
}

TEST(Stages, TellWhyAnActionFailed) {
  World world(of(kFlink));
  world.converge();
  use_template(world, R"({"image":"flink:2","job":{}})");
  world.stage_failures["count"] = {"InvalidTemplate", "spec.stages[count].workload.template is refused: typo",
                                   true};
  EXPECT_THAT(told(world),
              HasSubstr("(stalled) InvalidTemplate: spec.stages[count].workload.template is refused"));
}

TEST(ExternalStages, AreTakenAtTheirWord) {
  api::Stage external;
  external.name = "count";
  external.inputs.push_back({"clicks"});
  const auto world = at_rest(a_pipeline().with(external));
  EXPECT_EQ(world.stage_status("count").state, "External");
  EXPECT_EQ(stages_ready(world.pipeline.status).message, "1 external stage");
}

}  // namespace
}  // namespace fusion::test
