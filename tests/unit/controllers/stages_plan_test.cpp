#include <gmock/gmock.h>

#include "controllers/children.h"
#include "controllers/stages/plan.h"
#include "controllers/stages/render.h"
#include "tests/unit/controllers/world.h"

/// The life of stages in a world of values.
namespace fusion::test {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const api::Stage kFlink = a_flink_stage("count", "clicks", "counts");
const api::Stage kSpark = a_spark_stage("count", "clicks", "counts");
const api::Stage kBatch = a_batch("count", "clicks", "counts");

PipelineBuilder of(const api::Stage& stage) { return a_pipeline().with(stage).with_volume("1Gi"); }

World at_rest(const api::FusionPipeline& pipeline) {
  World world(pipeline);
  world.converge();
  world.log.clear();
  return world;
}

World completed() {
  auto world = at_rest(of(kBatch));
  world.complete("count");
  world.converge();
  world.log.clear();
  return world;
}

const api::Condition& stages_ready(const api::Status& status) { return condition(status, "StagesReady"); }

std::string state_of(const World& world) {
  const auto plan = world.plan();
  return plan.status.stages.empty() ? "(none)" : plan.status.stages[0].state;
}

std::string told(const World& world) {
  const auto plan = world.plan();
  const auto& ready = stages_ready(plan.status);
  return (condition(plan.status, "Stalled").status == api::ConditionStatus::kTrue ? "(stalled) " : "") +
         ready.reason + ": " + ready.message;
}

api::Stage& stage_in(World& world) { return world.pipeline.spec.stages[0]; }

void use_template(World& world, const std::string& spec) { stage_in(world).workload_template->spec = spec; }

std::vector<std::string> only(const std::vector<std::string>& log, const std::string& prefix) {
  std::vector<std::string> found;
  for (const auto& line : log) {
    if (line.starts_with(prefix)) found.push_back(line);
  }
  return found;
}

std::ptrdiff_t position(const World& world, const std::string& line) {
  const auto found = std::ranges::find(world.log, line);
  EXPECT_NE(found, world.log.end()) << line << " is not in the log";
  return found - world.log.begin();
}

// Coming to life.

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

// Batches.

TEST(Batches, AreRecordedWhenTheyComplete) {
  const auto world = completed();
  const auto& status = world.stage_status("count");
  EXPECT_EQ(status.state, "Completed");
  ASSERT_TRUE(status.completed);
  EXPECT_EQ(status.completed->template_hash, stages::template_hash(world.pipeline.spec.stages[0]));
  EXPECT_FALSE(status.completed->uid.empty());
  EXPECT_EQ(stages_ready(world.pipeline.status).status, api::ConditionStatus::kTrue);
}

TEST(Batches, AreNotRunAgainWhenTheirObjectIsGone) {
  auto world = completed();
  world.workloads.clear();
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_EQ(world.stage_status("count").state, "Completed");
}

TEST(Batches, AreNotRunAgainForWhatTheOperatorOrTheWiringChanges) {
  auto world = completed();
  world.workload("count")["metadata"]["annotations"][controllers::kHashAnnotation] = "of an older version";
  world.pipeline.spec.kafka->bootstrap_servers = "another:9092";
  stage_in(world).inputs[0].group = "another";
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  world.workloads.clear();
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
}

TEST(Batches, AreNotDisturbedByAChangedWiringWhileTheyRun) {
  auto world = at_rest(of(kBatch));
  world.pipeline.spec.kafka->bootstrap_servers = "another:9092";
  stage_in(world).inputs[0].group = "another";
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
}

TEST(Batches, RunAgainForAnotherTemplateOrRunTokenOnceTheLastRunIsGone) {
  for (const bool by_token : {false, true}) {
    auto world = completed();
    const auto child = stages::child_name(world.pipeline, "count");
    if (by_token) {
      stage_in(world).run_token = "again";
    } else {
      use_template(world, R"({"image":"spark:2"})");
    }
    auto& pod = world.pods["driver"];
    pod.name = "driver";
    pod.child = child;
    world.engines_work = false;

    world.reconcile();
    EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count"));
    world.reconcile();
    EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count")) << "it is still being deleted";
    EXPECT_EQ(state_of(world), "Starting");

    world.workloads.clear();
    world.reconcile();
    EXPECT_THAT(only(world.log, "CreateWorkload"), IsEmpty()) << "a pod is left";
    EXPECT_THAT(told(world), HasSubstr("pods of its last run"));

    world.pods.erase("driver");
    world.engines_work = true;
    world.converge();
    EXPECT_THAT(only(world.log, "CreateWorkload"), SizeIs(1));
    EXPECT_EQ(world.stage_status("count").state, "Running");

    world.complete("count");
    world.converge();
    EXPECT_EQ(world.stage_status("count").completed->template_hash, stages::template_hash(stage_in(world)));
    EXPECT_EQ(world.stage_status("count").state, "Completed");
  }
}

TEST(Batches, ThatFailedAreToldAndNotRunAgainByUs) {
  auto world = at_rest(of(kBatch));
  world.fail("count");
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_THAT(told(world), AllOf(HasSubstr("(stalled) StageFailed"), HasSubstr("exit code 3")));
}

TEST(Batches, AreNotEndedByTheSuspensionThatComesAfterTheirEnd) {
  auto world = completed();
  world.pipeline.spec.suspend = true;
  world.converge();
  EXPECT_EQ(world.stage_status("count").state, "Completed");
  world.pipeline.spec.suspend = false;
  world.converge();
  EXPECT_THAT(only(world.log, "CreateWorkload"), IsEmpty());
}

TEST(Batches, AreEndedBySuspensionAndBeginAnew) {
  auto world = at_rest(of(kBatch));
  world.pipeline.spec.suspend = true;
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count"));
  EXPECT_EQ(world.stage_status("count").state, "Suspended");
  world.pipeline.spec.suspend = false;
  world.converge();
  EXPECT_THAT(only(world.log, "CreateWorkload"), SizeIs(1));
}

TEST(Batches, OfFlinkAreRecordedToo) {
  auto bounded = kFlink;
  bounded.mode = api::Mode::kBatch;
  auto world = at_rest(of(bounded));
  world.complete("count");
  world.converge();
  EXPECT_EQ(world.stage_status("count").state, "Completed");
  world.workloads.clear();
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
}

TEST(Batches, ThatCompletedUnderAnOldTemplateAreNotTakenForTheNewOne) {
  auto world = at_rest(of(kBatch));
  world.complete("count");
  use_template(world, R"({"image":"spark:2"})");
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count", "CreateWorkload count"));
  EXPECT_EQ(world.stage_status("count").state, "Running");
}

TEST(Batches, OfAnotherTemplateAreEndedWhenTheOneThatHasCompletedIsDeclaredAgain) {
  auto world = completed();
  const auto before = stage_in(world).workload_template->spec;
  use_template(world, R"({"image":"spark:2"})");
  world.converge();
  world.log.clear();
  use_template(world, before);
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count"));
  EXPECT_EQ(world.stage_status("count").state, "Completed");
}

TEST(Batches, AreRecordedThoughTheirObjectIsBeingDeleted) {
  auto world = at_rest(of(kBatch));
  world.complete("count");
  world.workload("count")["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  world.engines_work = false;
  world.reconcile();
  EXPECT_TRUE(world.stage_status("count").completed);
}

// Changes.

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

TEST(StreamingStages, TellWhatTheyHaveYetToRead) {
  auto world = at_rest(of(kFlink));
  EXPECT_EQ(world.plan().status.stages[0].lag_records, std::nullopt) << "nothing is committed";
  auto& partition = world.groups["0a1b2c3d/shop/orders/stages/count"].partitions[0];
  partition.end_offset = 15;
  EXPECT_EQ(world.plan().status.stages[0].lag_records, std::nullopt) << "it may keep its offsets to itself";
  partition.committed = 10;
  EXPECT_EQ(world.plan().status.stages[0].lag_records, 5);
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

// Suspending and resuming.

World flow() {
  return at_rest(a_pipeline()
                     .with(a_spark_stage("produce", "", "clicks"))
                     .with_bridge("clicks")
                     .with(a_flink_stage("consume", "clicks-in", "counts"))
                     .with_volume("1Gi"));
}

TEST(Suspending, GoesWithTheData) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.converge();

  EXPECT_LT(position(world, "DeleteWorkload produce"), position(world, "ApplyStatefulSet clicks"));
  EXPECT_LT(position(world, "ApplyStatefulSet clicks"), position(world, "ApplyWorkload consume"));
  EXPECT_FALSE(world.has_workload("produce")) << "Spark has no savepoint";
  EXPECT_EQ(world.only_set()["spec"]["replicas"], 0);
  EXPECT_EQ(world.workload("consume")["spec"]["job"]["state"], "suspended");
  EXPECT_EQ(world.stage_status("produce").state, "Suspended");
  EXPECT_EQ(world.stage_status("consume").state, "Suspended");
  EXPECT_EQ(world.stage_status("consume").savepoint, "file:/state/savepoint-1");
  EXPECT_EQ(stages_ready(world.pipeline.status).status, api::ConditionStatus::kTrue);
}

TEST(Suspending, KeepsBridgesAndWhatReadsThemUntilAllIsCarried) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.reconcile();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload produce"));
  for (auto& [name, group] : world.groups) group.partitions[0].end_offset = 15;

  const auto plan = world.plan();

  EXPECT_THAT(plan.stages, IsEmpty());
  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_THAT(stages_ready(plan.status).message, HasSubstr("stage consume stops after bridge clicks"));
  EXPECT_EQ(stages_ready(plan.status).reason, "Suspending");
  EXPECT_EQ(plan.status.stages[1].state, "Running");
}

TEST(Suspending, WaitsForThePodsOfASparkStage) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.workloads.erase(stages::child_name(world.pipeline, "produce"));
  const auto plan = world.plan();
  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_NE(plan.status.stages[0].state, "Suspended");
}

TEST(Suspending, EndsTheSameAfterADeathBeforeAnyWrite) {
  auto undisturbed = flow();
  undisturbed.pipeline.spec.suspend = true;
  undisturbed.converge();
  for (int reconcile = 0; reconcile < 5; ++reconcile) {
    for (int write = 0; write < 4; ++write) {
      auto world = flow();
      world.pipeline.spec.suspend = true;
      for (int i = 0; i < reconcile; ++i) world.reconcile();
      world.reconcile(write);
      world.converge();
      EXPECT_EQ(world.end_state(), undisturbed.end_state()) << reconcile << ", " << write;
    }
  }
}

TEST(Suspending, KeepsAStageThatWasNeverStartedFromStarting) {
  const auto world = at_rest(of(kFlink).suspended());
  EXPECT_FALSE(world.has_workload("count"));
  EXPECT_EQ(world.stage_status("count").state, "Suspended");
}

TEST(Resuming, StartsAllAgain) {
  auto world = flow();
  world.pipeline.spec.suspend = true;
  world.converge();
  world.log.clear();
  world.pipeline.spec.suspend = false;
  world.converge();

  EXPECT_THAT(world.log, Contains("CreateWorkload produce"));
  EXPECT_THAT(world.log, Contains("ApplyWorkload consume"));
  EXPECT_EQ(world.workload("consume")["spec"]["job"]["state"], "running");
  EXPECT_EQ(world.stage_status("produce").state, "Running");
  EXPECT_EQ(world.stage_status("consume").state, "Running");
  EXPECT_EQ(world.only_set()["spec"]["replicas"], 1);
}

// What is missing or in the way.

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

// Going.

TEST(RemovedStages, EndAndLeaveNothingButTheirVolume) {
  auto world = at_rest(of(kFlink));
  world.pipeline.spec.stages.clear();
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count", "DeleteConfigMap count"));
  EXPECT_THAT(world.pipeline.status.stages, IsEmpty());
  EXPECT_THAT(world.claims, SizeIs(1));
}

TEST(RemovedStages, AreToldUntilTheyAreGone) {
  auto world = at_rest(of(kFlink));
  world.pipeline.spec.stages.clear();
  world.engines_work = false;
  world.reconcile();
  world.reconcile();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count"));
  EXPECT_EQ(world.stage_status("count").state, "Removing");
  EXPECT_THAT(told(world), HasSubstr("Removing: stage count is being removed, waits for FlinkDeployment"));
}

TEST(RemovedStages, EndAlsoWhenTheStatusWasLost) {
  auto world = at_rest(of(kFlink));
  world.pipeline.spec.stages.clear();
  world.pipeline.status.stages.clear();
  world.converge();
  EXPECT_THAT(world.workloads, IsEmpty());
  EXPECT_THAT(world.config_maps, IsEmpty());
}

TEST(DeletedPipelines, EndTheirStagesBeforeTopicsAndVolumes) {
  auto world = at_rest(of(kFlink).under_delete());
  world.pipeline.metadata.deletion_timestamp = world.now;
  world.engines_work = false;
  world.reconcile();
  world.reconcile();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload count")) << "nothing else goes before it";
  EXPECT_THAT(world.pipeline.status.message, HasSubstr("waits for FlinkDeployment"));

  world.engines_work = true;
  world.settle();
  world.converge();
  EXPECT_TRUE(world.gone);
  EXPECT_THAT(world.workloads, IsEmpty());
  EXPECT_THAT(world.topics, IsEmpty());
  EXPECT_THAT(world.claims, IsEmpty());
}

TEST(DeletedPipelines, LeaveNothingAfterADeathBeforeAnyWrite) {
  for (int reconcile = 0; reconcile < 4; ++reconcile) {
    for (int write = 0; write < 4; ++write) {
      auto world = flow();
      world.pipeline.spec.deletion_policy = api::DeletionPolicy::kDelete;
      world.converge();
      world.pipeline.metadata.deletion_timestamp = world.now;
      for (int i = 0; i < reconcile; ++i) world.reconcile();
      if (!world.gone) world.reconcile(write);
      if (!world.gone) world.converge();
      EXPECT_TRUE(world.gone) << reconcile << ", " << write;
      EXPECT_THAT(world.workloads, IsEmpty());
      EXPECT_THAT(world.claims, IsEmpty());
      EXPECT_THAT(world.topics, IsEmpty());
    }
  }
}

TEST(DeletedPipelines, WaitForAPodOfAStage) {
  auto world = at_rest(of(kSpark).under_delete());
  world.pipeline.metadata.deletion_timestamp = world.now;
  world.workloads.clear();
  const auto plan = world.plan();
  EXPECT_THAT(plan.topics, IsEmpty());
  EXPECT_THAT(plan.claims, IsEmpty());
  EXPECT_THAT(plan.status.message, HasSubstr("pod "));
}

TEST(DeletedPipelines, KeepVolumesUnderRetain) {
  auto world = at_rest(of(kFlink));
  EXPECT_THAT(world.pipeline.metadata.finalizers, IsEmpty()) << "its workloads are garbage of their owner";
  world.pipeline.metadata.deletion_timestamp = world.now;
  const auto plan = world.plan();
  EXPECT_THAT(plan.claims, IsEmpty());
  EXPECT_THAT(plan.stages, IsEmpty());
}

// Others' objects.

json somebodys(const std::string& name) {
  return {{"apiVersion", "flink.apache.org/v1beta1"},
          {"kind", "FlinkDeployment"},
          {"metadata", {{"name", name}, {"uid", "theirs"}, {"generation", 1}}},
          {"spec", {{"job", {{"state", "running"}}}}}};
}

World with_ref(bool manage) {
  World world(a_pipeline().with(a_ref("count", "clicks", "counts", manage)));
  world.refs["count"] = somebodys("count");
  world.converge();
  world.log.clear();
  return world;
}

TEST(Refs, AreReadOnly) {
  auto world = with_ref(false);
  EXPECT_EQ(world.stage_status("count").state, "Running");
  EXPECT_EQ(world.stage_status("count").workload, "count");
  world.pipeline.spec.suspend = true;
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_EQ(world.refs["count"]["spec"]["job"]["state"], "running");
}

TEST(Refs, ThatTheirOwnersHaveStoppedAreAsDeclared) {
  auto world = with_ref(false);
  world.refs["count"]["spec"]["job"]["state"] = "suspended";
  world.settle();
  world.converge();
  EXPECT_EQ(world.stage_status("count").state, "Suspended");
  EXPECT_EQ(stages_ready(world.pipeline.status).status, api::ConditionStatus::kTrue);
}

TEST(Refs, ThatAreManagedAreSuspendedAndResumed) {
  auto world = with_ref(true);
  world.pipeline.spec.suspend = true;
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("SuspendRef count"));
  EXPECT_EQ(world.stage_status("count").state, "Suspended");
  EXPECT_EQ(world.stage_status("count").savepoint, "file:/state/savepoint-1");

  world.pipeline.spec.suspend = false;
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("SuspendRef count", "ResumeRef count"));
  EXPECT_EQ(world.stage_status("count").state, "Running");
}

TEST(Refs, ThatAreManagedStopAfterWhatSendsToThem) {
  World world(a_pipeline()
                  .with(a_spark_stage("produce", "", "clicks"))
                  .with(a_ref("count", "clicks", "counts", true))
                  .with_volume("1Gi"));
  world.refs["count"] = somebodys("count");
  world.converge();
  world.log.clear();
  world.pipeline.spec.suspend = true;
  world.converge();
  EXPECT_THAT(world.log, ElementsAre("DeleteWorkload produce", "SuspendRef count"));
}

TEST(Refs, OfASessionClusterOrOfAnotherPipelineAreNotManaged) {
  for (const bool is_session : {true, false}) {
    auto world = with_ref(true);
    world.engines_work = false;
    if (is_session) {
      world.refs["count"]["spec"].erase("job");
    } else {
      world.refs["count"]["metadata"]["labels"]["fusion-operator.io/stage"] = "other";
    }
    world.pipeline.spec.suspend = true;
    world.reconcile();
    EXPECT_THAT(world.log, IsEmpty());
    EXPECT_THAT(told(world), HasSubstr("RefNotManageable"));
  }
}

TEST(Refs, ThatAreNotThereAreUnknown) {
  auto world = with_ref(false);
  world.refs.clear();
  EXPECT_EQ(state_of(world), "Unknown");
  EXPECT_THAT(told(world), HasSubstr("WorkloadNotFound"));
}

TEST(Refs, AreNotEndedWithThePipeline) {
  auto world = with_ref(true);
  world.pipeline.spec.stages.clear();
  world.converge();
  EXPECT_THAT(world.log, IsEmpty());
  EXPECT_THAT(world.pipeline.status.stages, IsEmpty());
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
