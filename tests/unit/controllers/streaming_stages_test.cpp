#include <gmock/gmock.h>

#include "controllers/children.h"
#include "tests/unit/controllers/stage_world.h"

/// How stages that go on are changed, and what they remember.
namespace fusion::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(StreamingStages, OfFlinkGoOnFromTheirSavepointWhenTheirObjectIsGone) {
  auto world = at_rest(of(kFlink));
  world.pipeline.spec.suspend = true;
  world.converge();
  world.workloads.clear();
  world.pipeline.spec.suspend = false;
  world.reconcile();
  EXPECT_EQ(world.workload("count")["spec"]["job"]["initialSavepointPath"], "file:/state/savepoint-1");
  world.converge();
  EXPECT_THAT(only(world.log, "ApplyWorkload"), SizeIs(1)) << "the suspension alone";
}

TEST(StreamingStages, OfFlinkDoNotBeginAnewWhenTheirObjectIsLost) {
  auto world = at_rest(of(kFlink));
  world.workloads.clear();
  world.converge();
  world.pods.clear();
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_EQ(world.stage_status("count").state, "Failed");
  EXPECT_THAT(told(world), AllOf(HasSubstr("(stalled) StateLost"), HasSubstr("initialSavepointPath")));
}

TEST(StreamingStages, OfFlinkDoNotBeginAnewWhenSomebodyDeletesTheirObject) {
  auto world = at_rest(of(kFlink));
  world.workload("count")["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  world.engines_work = false;
  world.reconcile();
  EXPECT_EQ(world.stage_status("count").state, "Starting") << "its end is waited for";
  world.engines_work = true;
  world.settle();
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_THAT(told(world), HasSubstr("(stalled) StateLost"));
}

TEST(StreamingStages, OfFlinkDoNotGoBackToASavepointThatTheyHaveLeftBehind) {
  auto world = at_rest(of(kFlink));
  world.pipeline.spec.suspend = true;
  world.converge();
  world.pipeline.spec.suspend = false;
  world.converge();
  EXPECT_EQ(world.stage_status("count").savepoint, "file:/state/savepoint-1");
  EXPECT_TRUE(world.stage_status("count").ran_since_savepoint);
  world.workloads.clear();
  world.pods.clear();
  world.log.clear();
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_THAT(told(world), HasSubstr("(stalled) StateLost"));
}

TEST(StreamingStages, OfFlinkTakeOnlyANewInitialSavepointForAWish) {
  auto world = at_rest(of(kFlink));
  use_template(world, R"({"image":"flink:1","job":{"initialSavepointPath":"s3://before"}})");
  world.converge();
  world.workloads.clear();
  world.pods.clear();
  world.log.clear();
  world.converge();
  EXPECT_THAT(told(world), HasSubstr("(stalled) StateLost")) << "it has started from there long ago";

  use_template(world, R"({"image":"flink:1","job":{"initialSavepointPath":"s3://newest"}})");
  world.converge();
  EXPECT_EQ(world.workload("count")["spec"]["job"]["initialSavepointPath"], "s3://newest");

  world.pipeline.spec.suspend = true;
  world.converge();
  world.workloads.clear();
  world.pipeline.spec.suspend = false;
  world.reconcile();
  EXPECT_EQ(world.workload("count")["spec"]["job"]["initialSavepointPath"], "file:/state/savepoint-1");
}

TEST(StreamingStages, OfFlinkThatRanAreNotDeletedThoughTheirStatusIsEmptyForLong) {
  auto world = at_rest(of(kFlink));
  world.workload("count")["status"] = json();
  world.engines_work = false;
  world.reconcile();
  world.reconcile();
  world.pipeline.spec.suspend = true;
  world.reconcile();
  EXPECT_THAT(world.log, ElementsAre("ApplyWorkload count"));
}

TEST(StreamingStages, RunOnWhileTheBrokersDoNotSayWhatTheyAllow) {
  auto world = at_rest(of(kFlink));
  auto observed = world.observe();
  observed.topics.transaction_max_timeout_ms.reset();
  EXPECT_THAT(pipeline::plan(world.pipeline, observed, world.options, world.now).stages, IsEmpty());
}

TEST(StreamingStages, ThatNeverRanStartOnceTheirKindIsListed) {
  World world(of(kFlink));
  world.served.clear();
  world.converge();
  auto observed = world.observe();
  observed.stages.unlisted = {"flink.apache.org/v1beta1/FlinkDeployment"};
  const auto plan = pipeline::plan(world.pipeline, observed, world.options, world.now);
  EXPECT_EQ(plan.status.stages.at(0).state, "Pending") << "Unknown would stand for state that is lost";
}

TEST(StreamingStages, ThatAreNotListedAreNotTouched) {
  auto world = at_rest(of(kFlink));
  auto observed = world.observe();
  observed.stages.workloads.clear();
  observed.stages.unlisted = {"flink.apache.org/v1beta1/FlinkDeployment"};
  const auto plan = pipeline::plan(world.pipeline, observed, world.options, world.now);
  EXPECT_THAT(plan.stages, IsEmpty());
  EXPECT_EQ(condition(plan.status, "StagesReady").reason, "EngineNotListed");
  EXPECT_FALSE(stages::stop(world.pipeline, observed.stages, observed.bridges).done);
}

TEST(StreamingStages, OfFlinkAreChangedInPlace) {
  auto world = at_rest(of(kFlink));
  const json uid = world.workload("count")["metadata"]["uid"];
  use_template(world, R"({"image":"flink:2","job":{}})");
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("ApplyWorkload count"));
  EXPECT_EQ(world.workload("count")["metadata"]["uid"], uid);
  EXPECT_EQ(world.workload("count")["spec"]["image"], "flink:2");
  EXPECT_EQ(world.stage_status("count").state, "Running");
}

TEST(StreamingStages, OfFlinkTakeAnotherConfigMapAndLeaveTheOldOneUntilTheyRunWithIt) {
  auto world = at_rest(of(kFlink));
  stage_in(world).inputs[0].group = "another";
  world.engines_work = false;
  world.reconcile();
  EXPECT_THAT(world.log, ElementsAre("CreateConfigMap count", "ApplyWorkload count"));
  world.reconcile();
  EXPECT_THAT(world.config_maps, SizeIs(2)) << "the job still runs with the old one";
  EXPECT_EQ(state_of(world), "Starting");
  world.engines_work = true;
  world.settle();
  world.converge();
  EXPECT_THAT(world.config_maps, SizeIs(1));
}

TEST(StreamingStages, OfSparkAreDeletedAndCreatedAnew) {
  for (const auto& stage : {kSpark, an_apache_spark_stage("count", "clicks", "counts")}) {
    auto world = at_rest(of(stage));
    use_template(world, R"({"image":"spark:2"})");
    world.converge();
    EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count", "CreateWorkload count"));
    EXPECT_EQ(world.workload("count")["spec"]["image"], "spark:2");
  }
}

TEST(StreamingStages, OfSparkLeaveNoConfigMapOfTheLastRunBehind) {
  auto world = at_rest(of(kSpark));
  stage_in(world).inputs[0].group = "another";
  world.converge();
  EXPECT_THAT(world.config_maps, SizeIs(1));
}

TEST(StreamingStages, GetTheirConfigMapBack) {
  for (const auto& stage : {kFlink, kSpark}) {
    auto world = at_rest(of(stage));
    world.config_maps.clear();
    world.converge();
    EXPECT_THAT(world.log, ElementsAre("CreateConfigMap count")) << "executors that come later mount it";
  }
}

TEST(StreamingStages, AreTakenBackToWhatIsDeclared) {
  auto world = at_rest(of(kFlink));
  world.workload("count")["spec"]["image"] = "edited:1";
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("ApplyWorkload count"));
  EXPECT_EQ(world.workload("count")["spec"]["image"], "flink:1");
}

TEST(StreamingStages, KeepWhatOthersAdd) {
  auto world = at_rest(of(kFlink));
  world.workload("count")["spec"]["serviceAccount"] = "defaulted";
  world.workload("count")["metadata"]["labels"]["team"] = "x";
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
}

TEST(StreamingStages, ChangeTheirKindByWayOfAnEnd) {
  auto world = at_rest(of(kSpark));
  stage_in(world).workload_template->api_version = "spark.apache.org/v1";
  world.converge();
  EXPECT_THAT(only(world.log, "DeleteWorkload"), SizeIs(1));
  EXPECT_THAT(only(world.log, "CreateWorkload"), SizeIs(1));
  EXPECT_EQ(world.workload("count")["apiVersion"], "spark.apache.org/v1");
}

TEST(StreamingStages, OfFlinkTakeTheirStateToAnotherKind) {
  auto pipeline = of(kFlink);
  pipeline.value().spec.checkpoints.uri = "s3://state";
  auto world = at_rest(pipeline);
  stage_in(world).workload_template = *a_session_job("count", "clicks", "counts").workload_template;
  world.converge();
  EXPECT_EQ(world.stage_status("count").savepoint, "file:/state/savepoint-1");
  EXPECT_EQ(world.workload("count")["kind"], "FlinkSessionJob");
  EXPECT_EQ(world.workload("count")["spec"]["job"]["initialSavepointPath"], "file:/state/savepoint-1");
  EXPECT_THAT(only(world.log, "DeleteWorkload"), SizeIs(1));
}

TEST(StreamingStages, OfFlinkStayOfTheirKindWhileTheyCannotTakeTheirStateAlong) {
  struct Case {
    const char* reason;
    api::FusionPipeline pipeline;
    const char* mode;
  };
  auto with_uri = of(kFlink);
  with_uri.value().spec.checkpoints = api::Checkpoints{.uri = "s3://state"};
  auto with_own_uri = of(kFlink);
  const std::vector<Case> cases{{"StateNotSaved", with_uri, "last-state"},
                                {"TemplateRefused", with_own_uri, "savepoint"}};
  for (const auto& [reason, pipeline, mode] : cases) {
    auto world = at_rest(pipeline);
    use_template(world, R"({"image":"flink:1","job":{"upgradeMode":")" + std::string(mode) + R"("}})");
    world.converge();
    world.log.clear();
    stage_in(world).workload_template = *a_session_job("count", "clicks", "counts").workload_template;
    world.converge();
    EXPECT_THAT(world.log, IsEmpty());
    EXPECT_THAT(told(world), HasSubstr(std::string("(stalled) ") + reason));
    EXPECT_EQ(state_of(world), "Running");
    EXPECT_EQ(world.stage_status("count").kind, "FlinkDeployment");
  }
}

TEST(StreamingStages, OfFlinkStayOfTheirKindWhileTheirStateIsOnAClaim) {
  auto world = at_rest(of(kFlink));
  stage_in(world).checkpoints = api::Checkpoints{.uri = "s3://state"};
  stage_in(world).workload_template = *a_session_job("count", "clicks", "counts").workload_template;
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_THAT(told(world), HasSubstr("(stalled) StateNotReachable"));
}

TEST(StreamingStages, ThatChangeTheirKindSayWhatTheyWaitFor) {
  auto pipeline = of(kFlink);
  pipeline.value().spec.checkpoints = api::Checkpoints{.uri = "s3://state"};
  auto world = at_rest(pipeline);
  stage_in(world).workload_template = *a_session_job("count", "clicks", "counts").workload_template;
  world.engines_work = false;
  world.reconcile();
  world.reconcile();
  EXPECT_THAT(only(world.log, "SuspendRef"), SizeIs(1));
  EXPECT_THAT(told(world), HasSubstr("waits for the savepoint of FlinkDeployment"));
  EXPECT_FALSE(world.plan().rolling) << "its engine's operator has the word";
}

TEST(StreamingStages, ThatEndAreTold) {
  auto world = at_rest(of(kFlink));
  world.complete("count");
  EXPECT_THAT(told(world), HasSubstr("(stalled) StageEnded"));
  EXPECT_THAT(world.plan().stages, IsEmpty());
}

TEST(StreamingStages, WaitForTheirTurnToRollWhatAnOperatorsVersionBrings) {
  auto world = at_rest(of(kFlink));
  world.workload("count")["metadata"]["annotations"][controllers::kHashAnnotation] = "of an older version";
  world.may_roll = false;
  auto plan = world.plan();
  EXPECT_THAT(plan.stages, IsEmpty());
  EXPECT_TRUE(plan.waits_to_roll);
  EXPECT_EQ(state_of(world), "Running");

  use_template(world, R"({"image":"flink:2","job":{}})");
  EXPECT_THAT(world.plan().stages, SizeIs(1)) << "the user's own change does not wait";
  EXPECT_FALSE(world.plan().waits_to_roll);

  world.may_roll = true;
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("ApplyWorkload count"));
}

TEST(StreamingStages, TakeAPlaceAmongTheRollingOnesWhileTheyAreChanged) {
  auto world = at_rest(of(kFlink));
  EXPECT_FALSE(world.plan().rolling);
  use_template(world, R"({"image":"flink:2","job":{}})");
  EXPECT_TRUE(world.plan().rolling);
}

TEST(StreamingStages, GiveUpTheirPlaceWhenTheirChangeCannotSucceed) {
  auto world = at_rest(of(kFlink));
  use_template(world, R"({"image":"flink:2","job":{}})");
  world.stage_failures["count"] = {"KubeUnavailable", "no answer", false};
  EXPECT_TRUE(world.plan().rolling);
  world.stage_failures["count"] = {"InvalidTemplate", "refused", true};
  EXPECT_FALSE(world.plan().rolling);
  EXPECT_THAT(world.plan().stages, SizeIs(1)) << "it is tried again all the same";
}

TEST(StreamingStages, OfSparkWaitForTheirTurnToo) {
  auto world = at_rest(of(kSpark));
  world.workload("count")["metadata"]["annotations"][controllers::kHashAnnotation] = "of an older version";
  world.may_roll = false;
  EXPECT_THAT(world.plan().stages, IsEmpty());
  EXPECT_TRUE(world.plan().waits_to_roll);
  world.may_roll = true;
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count", "CreateWorkload count"));
}

TEST(StreamingStages, WithASessionJobLiveByTheirUri) {
  auto pipeline = a_pipeline().with(a_session_job("count", "clicks", "counts"));
  pipeline.value().spec.checkpoints.uri = "s3://state";
  auto world = at_rest(pipeline);
  EXPECT_EQ(world.stage_status("count").state, "Running");
  EXPECT_EQ(world.stage_status("count").kind, "FlinkSessionJob");
  EXPECT_EQ(world.stage_status("count").checkpoints, "s3://state");
  world.pipeline.spec.suspend = true;
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("ApplyWorkload count"));
  EXPECT_EQ(world.stage_status("count").state, "Suspended");
}

}  // namespace
}  // namespace fusion::test
