#include <gmock/gmock.h>

#include "controllers/children.h"
#include "controllers/stages/render.h"
#include "tests/unit/controllers/stage_world.h"

/// A batch that completed is recorded, and not run again.
namespace fusion::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

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

TEST(Batches, ThatRunAgainLeaveNoConfigMapOfTheLastRunBehind) {
  auto world = completed();
  stage_in(world).run_token = "again";
  stage_in(world).inputs[0].group = "another";
  world.converge();
  EXPECT_TRUE(world.has_workload("count"));
  EXPECT_THAT(world.config_maps, SizeIs(1));
}

}  // namespace
}  // namespace fusion::test
