#include <gmock/gmock.h>

#include "controllers/pipeline/plan.h"
#include "tests/unit/controllers/world.h"

namespace fusion::pipeline {

// Named in failure messages.
void PrintTo(const Event& event, std::ostream* out) { *out << event.reason << ": " << event.message; }

namespace {

using api::ConditionStatus;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using namespace fusion::test;
using std::chrono::seconds;

Part part(const std::string& type, ConditionStatus status, const std::string& reason, bool stalled = false) {
  Part part;
  part.condition.type = type;
  part.condition.status = status;
  part.condition.reason = reason;
  part.condition.message = "about " + reason;
  part.stalled = stalled;
  return part;
}

const api::Condition& find(const std::vector<api::Condition>& conditions, const std::string& type) {
  for (const auto& condition : conditions) {
    if (condition.type == type) return condition;
  }
  throw std::logic_error("no condition " + type);
}

TEST(Conditions, AreReadyWhenAllPartsAre) {
  const auto conditions = summarize({part("TopicsReady", ConditionStatus::kTrue, "AsDeclared")}, false);
  EXPECT_EQ(find(conditions, "Ready").status, ConditionStatus::kTrue);
  EXPECT_EQ(find(conditions, "Reconciling").status, ConditionStatus::kFalse);
  EXPECT_EQ(find(conditions, "Stalled").status, ConditionStatus::kFalse);
}

TEST(Conditions, AreReconcilingWhileWaitingHeals) {
  const auto conditions = summarize({part("TopicsReady", ConditionStatus::kFalse, "Applying")}, false);
  EXPECT_EQ(find(conditions, "Ready").status, ConditionStatus::kFalse);
  EXPECT_EQ(find(conditions, "Ready").reason, "Applying");
  EXPECT_EQ(find(conditions, "Reconciling").status, ConditionStatus::kTrue);
  EXPECT_EQ(find(conditions, "Stalled").status, ConditionStatus::kFalse);
}

TEST(Conditions, TellFirstWhatDoesNotHeal) {
  const auto conditions = summarize({part("TopicsReady", ConditionStatus::kFalse, "Applying"),
                                     part("BridgesReady", ConditionStatus::kFalse, "NameConflict", true)},
                                    false);
  EXPECT_EQ(find(conditions, "Ready").reason, "NameConflict");
  EXPECT_EQ(find(conditions, "Stalled").status, ConditionStatus::kTrue);
  EXPECT_EQ(find(conditions, "Stalled").message, "about NameConflict");
  EXPECT_EQ(find(conditions, "Reconciling").status, ConditionStatus::kFalse);
}

TEST(Conditions, AreUnknownWhenAPartIs) {
  const auto conditions =
      summarize({part("TopicsReady", ConditionStatus::kUnknown, "KafkaUnreachable")}, false);
  EXPECT_EQ(find(conditions, "Ready").status, ConditionStatus::kUnknown);
  EXPECT_EQ(find(conditions, "Reconciling").status, ConditionStatus::kTrue);
}

TEST(Conditions, AlwaysHaveAReason) {
  for (const auto& parts : {std::vector<Part>{}, {part("TopicsReady", ConditionStatus::kFalse, "X", true)}}) {
    for (const auto& condition : summarize(parts, true))
      EXPECT_FALSE(condition.reason.empty()) << condition.type;
  }
}

TEST(Events, TellChangesOfReasonsOnce) {
  const std::vector<Part> waiting = {part("TopicsReady", ConditionStatus::kUnknown, "KafkaUnreachable")};
  const auto before = summarize({part("TopicsReady", ConditionStatus::kTrue, "AsDeclared")}, false);
  const auto after = summarize(waiting, false);

  const auto told = events(before, after);

  ASSERT_THAT(told, SizeIs(1)) << "Ready and its part say the same";
  EXPECT_TRUE(told[0].warning);
  EXPECT_EQ(told[0].reason, "KafkaUnreachable");
  EXPECT_THAT(events(after, after), IsEmpty());
}

TEST(Events, DoNotRepeatThemselvesWhenOnlyTheMessageChanges) {
  auto before = summarize({part("BridgesReady", ConditionStatus::kFalse, "BridgesStarting")}, false);
  auto after = before;
  for (auto& condition : after) condition.message = "1 of 2";
  EXPECT_THAT(events(before, after), IsEmpty());
}

TEST(Events, AreNoWarningsAboutProgress) {
  const auto told =
      events({}, summarize({part("BridgesReady", ConditionStatus::kFalse, "BridgesStarting")}, false));
  EXPECT_THAT(told, Contains(Field(&Event::warning, false)));
}

TEST(PipelinePlan, LeavesEverythingAsItIsWhenTheSpecIsInvalid) {
  World world(a_pipeline().with_bridge("clicks"));
  world.converge();
  const auto before = world.pipeline.status;
  world.pipeline.metadata.generation = 9;
  world.pipeline.spec.bridges[0].to_topic = "no-such-topic";

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_THAT(plan.topics, IsEmpty());
  EXPECT_EQ(condition(plan.status, "Ready").status, ConditionStatus::kFalse);
  EXPECT_THAT(condition(plan.status, "Ready").message, HasSubstr("spec.bridges[clicks].to.topic"));
  EXPECT_EQ(condition(plan.status, "Stalled").status, ConditionStatus::kTrue);
  EXPECT_EQ(plan.status.observed_generation, 9);
  EXPECT_EQ(plan.status.bridges, before.bridges);
  EXPECT_THAT(plan.events, SizeIs(1));
}

TEST(PipelinePlan, ReportsAnObjectThatCouldNotBeRead) {
  api::FusionPipeline known;
  known.metadata.generation = 4;

  const auto status = plan_unreadable(known, {{"spec.topics", "InvalidType", "is not a list"}}).status;

  EXPECT_EQ(condition(status, "Ready").reason, "InvalidType");
  EXPECT_EQ(condition(status, "Stalled").status, ConditionStatus::kTrue);
  EXPECT_EQ(status.message, "spec.topics: is not a list");
}

TEST(PipelinePlan, SaysThatThereIsNoKafka) {
  World world(a_pipeline().without_kafka().with_bridge("clicks"));

  const auto plan = world.plan();

  EXPECT_THAT(plan.topics, IsEmpty());
  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(condition(plan.status, "Ready").reason, "KafkaNotConfigured");
  EXPECT_EQ(condition(plan.status, "Stalled").status, ConditionStatus::kTrue);
}

TEST(PipelinePlan, LeavesRunningBridgesAloneWhenTheDefaultConnectionIsTakenAway) {
  World world(a_pipeline().without_kafka().with_bridge("clicks", {.from = "shop.a", .to = "shop.b"}));
  world.options = settings_with_default();
  world.converge();
  world.options.default_connection.reset();

  const auto plan = world.plan();

  EXPECT_THAT(plan.bridges, IsEmpty());
  EXPECT_EQ(plan.status.bridges.at(0).state, "Running");
}

TEST(PipelinePlan, WakesAtOnceAfterWritingCreating) {
  World world(a_pipeline().with_topic("alerts"));
  EXPECT_EQ(world.plan().wake_up, seconds(0));
  world.converge();
  EXPECT_EQ(world.plan().wake_up, settings().kafka_resync);
}

TEST(PipelinePlan, LooksAtProgressMoreOftenWhileBridgesRun) {
  World world(a_pipeline().with_bridge("clicks"));
  world.converge();
  EXPECT_EQ(world.plan().wake_up, settings().status_interval);
  world.pipeline.spec.suspend = true;
  EXPECT_EQ(world.plan().wake_up, settings().kafka_resync);
}

TEST(PipelinePlan, SetsTheObservedGenerationEverywhere) {
  World world(
      a_pipeline().with_bridge("clicks").with_stage("alert", "clicks-in", "alerts").with_topic("alerts"));
  world.converge();

  EXPECT_EQ(world.pipeline.status.observed_generation, 3);
  for (const auto& condition : world.pipeline.status.conditions) {
    EXPECT_EQ(condition.observed_generation, 3) << condition.type;
  }
}

TEST(PipelinePlan, CountsForThePrinterColumns) {
  World world(
      a_pipeline().with_bridge("clicks").with_stage("alert", "clicks-in", "alerts").with_topic("alerts"));
  world.converge();
  auto& group = world.groups.begin()->second;
  group.partitions[0].end_offset = 12'345;

  const auto status = world.plan().status;

  EXPECT_EQ(status.stages_ready, "1/1");
  EXPECT_EQ(status.bridges_ready, "1/1");
  EXPECT_EQ(status.lag, "12k");
  EXPECT_EQ(status.stages.at(0).state, "External");
  EXPECT_EQ(status.message, "running as declared");
}

TEST(PipelinePlan, SaysNothingAboutALagThatIsNotKnown) {
  World world(a_pipeline().with_bridge("clicks"));
  world.converge();
  world.kafka_down = true;
  EXPECT_EQ(world.plan().status.lag, "");
}

TEST(PipelinePlan, DoesNotRewriteStatusForAFewRecords) {
  World world(a_pipeline().with_bridge("clicks"));
  world.converge();
  world.groups.begin()->second.partitions[0].end_offset = 10 + 12'300;
  const auto before = world.plan().status;
  world.groups.begin()->second.partitions[0].end_offset = 10 + 12'400;
  EXPECT_EQ(world.plan().status, before);
}

TEST(PipelinePlan, IsTheSameForTheSameArguments) {
  World world(a_pipeline().with_bridge("clicks").with_volume("1Gi"));
  for (int i = 0; i < 8; ++i) {
    const auto one = world.plan();
    const auto two = world.plan();
    EXPECT_EQ(one.status, two.status);
    EXPECT_EQ(one.bridges, two.bridges);
    EXPECT_EQ(one.topics, two.topics);
    world.reconcile();
  }
}

TEST(Paused, OnlyByTheWordTrue) {
  api::Metadata metadata;
  EXPECT_FALSE(is_paused(metadata));
  metadata.annotations[api::kPausedAnnotation] = "yes";
  EXPECT_FALSE(is_paused(metadata));
  metadata.annotations[api::kPausedAnnotation] = "true";
  EXPECT_TRUE(is_paused(metadata));
}

}  // namespace
}  // namespace fusion::pipeline
