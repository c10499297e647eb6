#include "controllers/stages/preflight.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "tests/unit/controllers/builders.h"

namespace fusion::stages {
namespace {

using controllers::Failure;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace fusion::test;

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'700'000'000)};

/// The stage `count` of a pipeline, and what Kafka and the cluster say.
struct Start {
  api::FusionPipeline pipeline;
  topics::ObservedTopics topics = {};
  bridges::ObservedBridges bridges = {};
  std::optional<int> nodes = {};

  Start& topic(const std::string& name, const std::map<std::string, std::string>& effective,
               int partitions = 1) {
    auto& seen = topics.topics[name];
    seen.partitions = partitions;
    seen.effective = effective;
    return *this;
  }

  Start& newest(const std::string& input, milliseconds age, bool empty = false) {
    auto& partition = bridges.groups[reader_name("count", input)].partitions[0];
    partition.end_offset = empty ? 0 : 10;
    partition.newest_ms = milliseconds(kNow.time_since_epoch()).count() - age.count();
    return *this;
  }

  std::vector<Failure> refusals() const {
    const auto& stage = pipeline.spec.stages.front();
    const auto& workload = *stage.workload_template;
    return preflight(pipeline, stage, *find_workload_kind(workload.api_version, workload.kind),
                     nlohmann::json::parse(workload.spec), {topics, bridges, nodes, kNow});
  }

  /// Reason and message of the only one.
  std::string refusal() const {
    const auto all = refusals();
    if (all.size() != 1) return std::to_string(all.size()) + " refusals";
    return (all[0].permanent ? "" : "(passes) ") + all[0].reason + ": " + all[0].message;
  }
};

Start start(const api::Stage& stage = a_flink_stage("count", "clicks", "counts")) {
  return {a_pipeline().with(stage)};
}

api::Stage with_parallelism(int tasks) {
  return running(a_flink_stage("count", "clicks", "counts"),
                 nlohmann::json{{"job", {{"parallelism", tasks}}}}.dump());
}

TEST(Preflight, RefusesNothingThatIsNotKnown) {
  auto one = start(with_parallelism(100));
  one.pipeline.spec.stages[0].transaction_timeout = hours(10);
  one.pipeline.spec.checkpoints.volume = api::Volume{"1Gi", {}, {"ReadWriteOnce"}};
  EXPECT_THAT(one.refusals(), IsEmpty());
}

TEST(Preflight, RefusesTransactionsThatMayLastLongerThanTheBrokersAllow) {
  auto one = start();
  one.topics.transaction_max_timeout_ms = 900'000;
  one.pipeline.spec.stages[0].transaction_timeout = milliseconds(900'001);
  EXPECT_THAT(one.refusal(),
              AllOf(HasSubstr("TransactionTimeoutTooLong"), HasSubstr("900001 ms"), HasSubstr("900000 ms"),
                    HasSubstr("spec.stages[count].transactionTimeout")));
  one.pipeline.spec.stages[0].transaction_timeout = milliseconds(900'000);
  EXPECT_THAT(one.refusals(), IsEmpty());

  auto reader = start();
  reader.pipeline.spec.stages[0].outputs.clear();
  reader.topics.transaction_max_timeout_ms = 1;
  reader.pipeline.spec.stages[0].transaction_timeout = hours(1);
  EXPECT_THAT(reader.refusals(), IsEmpty()) << "it writes nothing";
}

TEST(Preflight, TakesWhatTheBrokersAllowWhereNothingIsDeclared) {
  auto one = start();
  const auto& stage = one.pipeline.spec.stages[0];
  one.topics.transaction_max_timeout_ms.reset();
  EXPECT_EQ(transaction_timeout(stage, one.topics), std::nullopt) << "the brokers have yet to say";
  one.topics.brokers_do_not_tell = true;
  EXPECT_EQ(transaction_timeout(stage, one.topics), minutes(15));
  one.topics.transaction_max_timeout_ms = 60'000;
  EXPECT_EQ(transaction_timeout(stage, one.topics), minutes(1));
  EXPECT_THAT(one.refusals(), IsEmpty());
  one.topics.transaction_max_timeout_ms = 3'600'000;
  EXPECT_EQ(transaction_timeout(stage, one.topics), minutes(15));
}

TEST(Preflight, RefusesAnEdgeThatTakesSmallerRecords) {
  Start writer{a_pipeline().with(a_flink_stage("count", "", "clicks")).with_bridge("clicks")};
  writer.topic("clicks", {{"max.message.bytes", "2000000"}})
      .topic("clicks-in", {{"max.message.bytes", "1999999"}});
  EXPECT_THAT(writer.refusal(),
              AllOf(HasSubstr("MaxMessageBytesShrinks"), HasSubstr("2000000"), HasSubstr("1999999"),
                    HasSubstr("spec.topics[clicks-in].config[max.message.bytes]")));
  writer.topic("clicks-in", {{"max.message.bytes", "2000000"}});
  EXPECT_THAT(writer.refusals(), IsEmpty());

  Start reader{a_pipeline().with(a_flink_stage("count", "clicks-in", "")).with_bridge("clicks")};
  reader.topic("clicks", {{"max.message.bytes", "2"}}).topic("clicks-in", {{"max.message.bytes", "1"}});
  EXPECT_THAT(reader.refusal(), HasSubstr("MaxMessageBytesShrinks"));
}

TEST(Preflight, LeavesEdgesThatAreNotTheStages) {
  Start other{a_pipeline().with(a_flink_stage("count", "views", "counts")).with_bridge("clicks")};
  other.topic("clicks", {{"max.message.bytes", "2"}}).topic("clicks-in", {{"max.message.bytes", "1"}});
  EXPECT_THAT(other.refusals(), IsEmpty());
}

TEST(Preflight, RefusesMoreTasksThanPartitions) {
  auto one = start(with_parallelism(5)).topic("clicks", {}, 4);
  EXPECT_THAT(one.refusal(),
              AllOf(HasSubstr("MoreTasksThanPartitions"), HasSubstr("5 tasks"), HasSubstr("4 partitions"),
                    HasSubstr("spec.stages[count].workload.template.spec.job.parallelism")));
  EXPECT_THAT(one.topic("clicks", {}, 5).refusals(), IsEmpty());
}

TEST(Preflight, CountsTheLargestOfSeveralInputs) {
  auto stage = with_parallelism(5);
  stage.inputs.push_back({"views"});
  auto one = start(stage).topic("clicks", {}, 4).topic("views", {}, 5);
  EXPECT_THAT(one.refusals(), IsEmpty());
}

TEST(Preflight, RefusesAnInputThatIsCompacted) {
  auto one = start().topic("clicks", {{"cleanup.policy", "compact"}});
  EXPECT_THAT(one.refusal(), AllOf(HasSubstr("InputIsCompacted"), HasSubstr("cleanup.policy compact"),
                                   HasSubstr("spec.topics[clicks].config[cleanup.policy]"),
                                   HasSubstr("spec.stages[count].inputs[clicks].compacted")));
  EXPECT_THAT(one.topic("clicks", {{"cleanup.policy", "compact,delete"}}).refusal(),
              HasSubstr("InputIsCompacted"));
  EXPECT_THAT(one.topic("clicks", {{"cleanup.policy", "delete"}}).refusals(), IsEmpty());
  one.topic("clicks", {{"cleanup.policy", "compact"}}).pipeline.spec.stages[0].inputs[0].compacted = true;
  EXPECT_THAT(one.refusals(), IsEmpty()) << "read as a table";
}

TEST(Preflight, RefusesAnInputThatExpiresWhileItIsRead) {
  auto one = start(a_spark_stage("count", "clicks", "counts"));
  one.topic("clicks", {{"cleanup.policy", "delete"}, {"retention.ms", "3600000"}}).newest("clicks", hours(2));
  EXPECT_THAT(one.refusal(),
              AllOf(HasSubstr("InputExpires"), HasSubstr("7200000 ms"), HasSubstr("3600000 ms"),
                    HasSubstr("spec.topics[clicks].config[retention.ms]")));
  EXPECT_THAT(one.newest("clicks", hours(1)).refusals(), IsEmpty());
  EXPECT_THAT(one.newest("clicks", hours(2), /*empty=*/true).refusals(), IsEmpty())
      << "nothing is left to expire";
  one.newest("clicks", hours(2)).topic("clicks", {{"cleanup.policy", "delete"}, {"retention.ms", "-1"}});
  EXPECT_THAT(one.refusals(), IsEmpty());
}

TEST(Preflight, RefusesAnOutputThatDeletesOldTimesOnArrival) {
  auto one = start().topic("counts", {{"retention.ms", "3600000"}}).newest("clicks", hours(2));
  EXPECT_THAT(one.refusal(),
              AllOf(HasSubstr("RetentionTooShort"), HasSubstr("7200000 ms"), HasSubstr("3600000 ms"),
                    HasSubstr("spec.topics[counts].config[retention.ms]")));
  EXPECT_THAT(one.newest("clicks", hours(1)).refusals(), IsEmpty());
  one.newest("clicks", hours(2));
  EXPECT_THAT(one.topic("counts", {{"retention.ms", "-1"}}).refusals(), IsEmpty());
  EXPECT_THAT(one.topic("counts", {{"retention.ms", "1"}, {"cleanup.policy", "compact"}}).refusals(),
              IsEmpty());
  EXPECT_THAT(
      one.topic("counts", {{"retention.ms", "1"}, {"message.timestamp.type", "LogAppendTime"}}).refusals(),
      IsEmpty());
}

TEST(Preflight, RefusesAnOutputThatTakesNoOldTimes) {
  auto one =
      start().topic("counts", {{"message.timestamp.before.max.ms", "3600000"}}).newest("clicks", hours(2));
  EXPECT_THAT(one.refusal(),
              AllOf(HasSubstr("TimestampsTooOld"), HasSubstr("7200000 ms"), HasSubstr("3600000 ms"),
                    HasSubstr("spec.topics[counts].config[message.timestamp.before.max.ms]")));
  EXPECT_THAT(one.newest("clicks", hours(1)).refusals(), IsEmpty());
}

TEST(Preflight, TakesTheAgeOfTheYoungestInput) {
  auto stage = a_flink_stage("count", "clicks", "counts");
  stage.inputs.push_back({"views"});
  auto one = start(stage)
                 .topic("counts", {{"retention.ms", "3600000"}})
                 .newest("clicks", hours(2))
                 .newest("views", hours(1));
  EXPECT_THAT(one.refusals(), IsEmpty());
}

TEST(Preflight, LooksAtASparkOutputsTimesBehindTheBridgeThatSetsThem) {
  auto pipeline = a_pipeline()
                      .with(a_spark_stage("count", "clicks", "counts"))
                      .with_bridge("out", {.from = "counts", .to = "sums"});
  Start one{pipeline};
  one.topic("counts", {{"retention.ms", "1"}})
      .topic("sums", {{"retention.ms", "3600000"}})
      .newest("clicks", hours(2));
  EXPECT_THAT(one.refusals(), IsEmpty()) << "Spark and the bridge leave the time of writing";
  one.pipeline.spec.bridges[0].event_time = api::EventTime{};
  EXPECT_THAT(one.refusal(), AllOf(HasSubstr("RetentionTooShort"), HasSubstr("topic sums")));
}

TEST(Preflight, RefusesASparkOutputWithoutTheIdsThatItsBridgeLooksFor) {
  Start one{a_pipeline()
                .with(a_spark_stage("count", "clicks", "counts"))
                .with_bridge("out", {.from = "counts", .to = "sums"})};
  EXPECT_THAT(one.refusals(), IsEmpty()) << "the bridge drops no repeats";
  auto& bridge = one.pipeline.spec.bridges[0];
  bridge.guarantee = api::Guarantee::kEffectivelyOnce;
  bridge.deduplicate = api::Deduplicate{};
  bridge.deduplicate->id_name = "fusion-id";
  EXPECT_THAT(one.refusal(), AllOf(HasSubstr("OutputWithoutIds"), HasSubstr("header fusion-id"),
                                   HasSubstr("spec.stages[count].outputs[counts].id.header is not set")));
  one.pipeline.spec.stages[0].outputs[0].id_header = "other";
  EXPECT_THAT(one.refusal(), HasSubstr("outputs[counts].id.header is other"));
  one.pipeline.spec.stages[0].outputs[0].id_header = "fusion-id";
  EXPECT_THAT(one.refusals(), IsEmpty());
  one.pipeline.spec.stages[0].outputs[0].id_header = "";
  bridge.deduplicate->id_from = api::IdFrom::kKey;
  EXPECT_THAT(one.refusals(), IsEmpty()) << "it needs no header";
}

TEST(Preflight, DoesNotAskFlinkForIds) {
  Start one{a_pipeline()
                .with(a_flink_stage("count", "clicks", "counts"))
                .with_bridge("out", {.from = "counts", .to = "sums"})};
  one.pipeline.spec.bridges[0].deduplicate = api::Deduplicate{};
  one.pipeline.spec.bridges[0].deduplicate->id_name = "fusion-id";
  EXPECT_THAT(one.refusals(), IsEmpty()) << "its transactions repeat nothing";
}

TEST(Preflight, RefusesAVolumeThatOneNodeMountsForPodsOnSeveral) {
  auto one = start();
  one.pipeline.spec.checkpoints.volume = api::Volume{"1Gi", {}, {"ReadWriteOnce"}};
  one.nodes = 3;
  EXPECT_THAT(one.refusal(),
              AllOf(HasSubstr("VolumeNotShared"), HasSubstr("2 pods"), HasSubstr("one of 3 nodes"),
                    HasSubstr("spec.checkpoints.volume.accessModes")));
  one.nodes = 1;
  EXPECT_THAT(one.refusals(), IsEmpty());
  one.nodes = 3;
  one.pipeline.spec.checkpoints.volume->access_modes = {"ReadWriteMany"};
  EXPECT_THAT(one.refusals(), IsEmpty());
}

TEST(Preflight, RefusesAVolumeForOnePodOnOneNodeToo) {
  auto one = start();
  one.pipeline.spec.stages[0].checkpoints =
      api::Checkpoints{.volume = api::Volume{"1Gi", {}, {"ReadWriteOncePod"}}};
  one.nodes = 1;
  EXPECT_THAT(one.refusal(), AllOf(HasSubstr("2 pods"), HasSubstr("one pod"),
                                   HasSubstr("spec.stages[count].checkpoints.volume.accessModes")));
}

TEST(Preflight, TellsAllThatContradictsAtOnce) {
  auto one = start(with_parallelism(5)).topic("clicks", {{"cleanup.policy", "compact"}}, 4);
  EXPECT_EQ(one.refusals().size(), 2u);
}

}  // namespace
}  // namespace fusion::stages
