#include <gmock/gmock.h>

#include "controllers/stages/order.h"
#include "controllers/stages/render.h"
#include "tests/unit/controllers/world.h"

namespace fusion::stages {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using namespace fusion::test;

/// produce -> clicks -> bridge clicks -> clicks-in -> consume, all at work.
World at_work(const api::Stage& produce = a_spark_stage("produce", "", "clicks")) {
  World world(a_pipeline()
                  .with(produce)
                  .with_bridge("clicks")
                  .with(a_flink_stage("consume", "clicks-in", "counts"))
                  .with_volume("1Gi"));
  world.converge();
  world.log.clear();
  return world;
}

World suspended(World world) {
  world.pipeline.spec.suspend = true;
  return world;
}

void end(World& world, const std::string& stage) {
  const auto child = child_name(world.pipeline, stage);
  world.workloads.erase(child);
  std::erase_if(world.pods, [&](const auto& pod) { return pod.second.child == child; });
}

std::map<std::string, std::string> draining_in(const World& world) {
  const auto observed = world.observe();
  return draining(world.pipeline, observed.stages, observed.bridges);
}

std::string sender_in(const World& world, const std::string& topic) {
  const auto observed = world.observe();
  return sender_to(world.pipeline, topic, observed.stages, observed.bridges);
}

/// What the stage `consume` waits for.
std::string waits_in(const World& world) {
  const auto observed = world.observe();
  const auto stage = std::ranges::find(world.pipeline.spec.stages, "consume", &api::Stage::name);
  return start_waits_for(world.pipeline, *stage, observed.stages, observed.bridges);
}

void leave_to_carry(World& world, std::int64_t records) {
  for (auto& [name, group] : world.groups) {
    if (name.find("/stages/") == std::string::npos) group.partitions[0].end_offset = 10 + records;
  }
}

TEST(Draining, IsOfSuspendedPipelinesAlone) { EXPECT_THAT(draining_in(at_work()), IsEmpty()); }

TEST(Draining, LastsUntilTheStagesThatSendHaveStopped) {
  auto world = suspended(at_work());
  EXPECT_THAT(draining_in(world), ElementsAre(Pair("clicks", "stage produce to stop")));
  world.workloads.erase(child_name(world.pipeline, "produce"));
  EXPECT_THAT(draining_in(world), ElementsAre(Pair("clicks", "stage produce to stop"))) << "a pod is left";
  end(world, "produce");
  EXPECT_THAT(draining_in(world), IsEmpty());
}

TEST(Draining, LastsUntilAllIsCarried) {
  auto world = suspended(at_work());
  end(world, "produce");
  leave_to_carry(world, 5);
  EXPECT_THAT(draining_in(world), ElementsAre(Pair("clicks", "5 records to be carried")));
  leave_to_carry(world, 0);
  EXPECT_THAT(draining_in(world), IsEmpty());
}

TEST(Draining, LastsWhileKafkaIsSilent) {
  auto world = suspended(at_work());
  end(world, "produce");
  world.kafka_down = true;
  EXPECT_THAT(draining_in(world), ElementsAre(Pair("clicks", "Kafka's word on what is left to carry")));
}

TEST(Draining, GoesDownAChainOfBridges) {
  World world(a_pipeline()
                  .with(a_spark_stage("produce", "", "a"))
                  .with_bridge("first", {.from = "a", .to = "b"})
                  .with_bridge("second", {.from = "b", .to = "c"})
                  .with_volume("1Gi"));
  world.converge();
  world.pipeline.spec.suspend = true;
  end(world, "produce");
  leave_to_carry(world, 5);
  EXPECT_THAT(draining_in(world),
              ElementsAre(Pair("first", "5 records to be carried"), Pair("second", "bridge first to stop")));
}

TEST(Draining, IsNotOfWhatOthersSend) {
  World bridge_alone(a_pipeline().with_bridge("clicks"));
  bridge_alone.converge();
  leave_to_carry(bridge_alone, 5);
  EXPECT_THAT(draining_in(suspended(bridge_alone)), IsEmpty());

  api::Stage external;
  external.name = "produce";
  external.outputs.push_back({"clicks"});
  auto world = suspended(at_work(external));
  leave_to_carry(world, 5);
  EXPECT_THAT(draining_in(world), IsEmpty());
  EXPECT_THAT(draining_in(suspended(at_work(a_ref("produce", "", "clicks", false)))), IsEmpty());
}

TEST(Draining, DoesNotReopenABridgeThatHasStopped) {
  auto world = suspended(at_work());
  end(world, "produce");
  world.reconcile();
  world.reconcile();
  ASSERT_EQ(world.only_set()["spec"]["replicas"], 0);
  leave_to_carry(world, 5);
  EXPECT_THAT(draining_in(world), IsEmpty());
}

TEST(Draining, LeavesABridgeThatIsSuspendedByItself) {
  auto world = suspended(at_work());
  world.pipeline.spec.bridges[0].suspend = true;
  EXPECT_THAT(draining_in(world), IsEmpty());
}

TEST(WithDraining, SuspendsTheOtherBridgesOneByOne) {
  const api::FusionPipeline pipeline =
      a_pipeline().with_bridge("a").with_bridge("b", {.from = "x", .to = "y"}).suspended();
  const auto flowing = with_draining(pipeline, {{"b", "a reason"}});
  EXPECT_FALSE(flowing.spec.suspend);
  EXPECT_TRUE(api::is_suspended(flowing.spec, flowing.spec.bridges[0]));
  EXPECT_FALSE(api::is_suspended(flowing.spec, flowing.spec.bridges[1]));
  EXPECT_EQ(with_draining(pipeline, {}).spec, pipeline.spec);
}

TEST(SenderTo, IsAStageOrABridgeThatStillSends) {
  auto world = at_work();
  EXPECT_EQ(sender_in(world, "clicks"), "stage produce");
  EXPECT_EQ(sender_in(world, "clicks-in"), "bridge clicks");
  EXPECT_EQ(sender_in(world, "unheard-of"), "");
  end(world, "produce");
  EXPECT_EQ(sender_in(world, "clicks"), "");
}

TEST(SenderTo, IsNotABatchThatCompleted) {
  auto world = at_work(a_batch("produce", "", "clicks"));
  EXPECT_EQ(sender_in(world, "clicks"), "stage produce");
  world.complete("produce");
  EXPECT_EQ(sender_in(world, "clicks"), "");
}

TEST(SenderTo, IsAManagedRefUntilItIsSuspended) {
  const auto unmanaged = at_work(a_ref("produce", "", "clicks", false));
  EXPECT_EQ(sender_in(unmanaged, "clicks"), "") << "nobody waits for what nobody stops";

  auto world = at_work(a_ref("produce", "", "clicks", true));
  world.refs["produce"] = world.workload("consume");
  EXPECT_EQ(sender_in(world, "clicks"), "stage produce");
  world.refs["produce"]["spec"]["job"]["state"] = "suspended";
  world.settle();
  EXPECT_EQ(sender_in(world, "clicks"), "");
}

TEST(StartAfter, WaitsUntilABatchIsRecordedAsCompleted) {
  auto world = at_work(a_batch("produce", "", "clicks"));
  world.pipeline.spec.stages[1].start_after = {{"produce", api::Until::kCompleted}};
  EXPECT_EQ(waits_in(world), "stage produce to complete");
  world.complete("produce");
  EXPECT_EQ(waits_in(world), "stage produce to complete") << "not recorded yet";
  world.reconcile();
  EXPECT_EQ(waits_in(world), "");
  world.pipeline.spec.stages[0].run_token = "again";
  EXPECT_EQ(waits_in(world), "stage produce to complete");
}

TEST(StartAfter, WaitsUntilAStageRuns) {
  auto world = at_work();
  world.pipeline.spec.stages[1].start_after = {{"produce", api::Until::kRunning}};
  EXPECT_EQ(waits_in(world), "");
  world.workload("produce")["status"]["applicationState"]["state"] = "SUBMITTED";
  EXPECT_EQ(waits_in(world), "stage produce to run");
  end(world, "produce");
  EXPECT_EQ(waits_in(world), "stage produce to run");

  auto batch = at_work(a_batch("produce", "", "clicks"));
  batch.pipeline.spec.stages[1].start_after = {{"produce", api::Until::kRunning}};
  batch.complete("produce");
  batch.converge();
  EXPECT_EQ(waits_in(batch), "") << "it ran";
}

TEST(StartAfter, WaitsUntilTheBridgesHaveCarriedWhatABatchWrote) {
  auto world = at_work(a_batch("produce", "", "clicks"));
  world.pipeline.spec.stages[1].start_after = {{"produce", api::Until::kCaughtUp}};
  EXPECT_EQ(waits_in(world), "stage produce to complete");
  world.answers_are_new = false;
  world.complete("produce");
  world.reconcile();
  EXPECT_EQ(waits_in(world), "bridge clicks: a new look at what is left to carry")
      << "Kafka was asked before the batch had ended";
  world.answers_are_new = true;
  leave_to_carry(world, 5);
  EXPECT_EQ(waits_in(world), "bridge clicks: 5 records to be carried");
  leave_to_carry(world, 0);
  EXPECT_EQ(waits_in(world), "");
  world.kafka_down = true;
  EXPECT_EQ(waits_in(world), "bridge clicks: Kafka's word on what is left to carry");
}

TEST(StartAfter, SeesARef) {
  auto world = at_work(a_ref("produce", "", "clicks", false));
  world.pipeline.spec.stages[1].start_after = {{"produce", api::Until::kRunning}};
  EXPECT_EQ(waits_in(world), "stage produce to run") << "it is not there";
  world.refs["produce"] = world.workload("consume");
  EXPECT_EQ(waits_in(world), "");
  world.pipeline.spec.stages[1].start_after = {{"produce", api::Until::kCompleted}};
  EXPECT_EQ(waits_in(world), "stage produce to complete");
  world.refs["produce"]["status"]["jobStatus"]["state"] = "FINISHED";
  EXPECT_EQ(waits_in(world), "");
}

}  // namespace
}  // namespace fusion::stages
