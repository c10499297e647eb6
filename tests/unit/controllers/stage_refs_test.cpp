#include <gmock/gmock.h>

#include "tests/unit/controllers/stage_world.h"

/// Objects of others that stages refer to.
namespace fusion::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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

}  // namespace
}  // namespace fusion::test
