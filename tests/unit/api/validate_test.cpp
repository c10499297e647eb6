#include <gmock/gmock.h>

#include "api/parse.h"
#include "tests/unit/api/full_pipeline.h"

namespace fusion::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Topic topic(std::string name, std::optional<int> partitions = {}) {
  Topic made;
  made.name = std::move(name);
  made.partitions = partitions;
  return made;
}

Bridge bridge(std::string name, std::string from, std::string to) {
  Bridge made;
  made.name = std::move(name);
  made.from.topic = std::move(from);
  made.to_topic = std::move(to);
  return made;
}

Stage stage(std::string name, const std::vector<std::string>& inputs,
            const std::vector<std::string>& outputs) {
  Stage made;
  made.name = std::move(name);
  for (const auto& input : inputs) made.inputs.push_back({input, ""});
  for (const auto& output : outputs) made.outputs.push_back({output});
  return made;
}

FusionPipeline pipeline(Spec spec) {
  FusionPipeline made;
  made.metadata.name = "p";
  made.metadata.namespace_name = "demo";
  made.spec = std::move(spec);
  return made;
}

std::string problems_of(Spec spec) { return to_string(validate(pipeline(std::move(spec)))); }

TEST(Validate, AcceptsAPipelineOfTopicsAlone) { EXPECT_EQ(problems_of({.topics = {topic("a")}}), ""); }

TEST(Validate, RefusesNamesThatKubernetesForbids) {
  auto object = pipeline({});
  object.metadata.name = "My_Pipeline";
  object.metadata.namespace_name = "-demo";
  EXPECT_EQ(to_string(validate(object)),
            "metadata.name: \"My_Pipeline\" cannot be an object's name: use at most 253 lower case letters, "
            "digits, '-' "
            "and '.', with a letter or digit at either end; metadata.namespace: \"-demo\" cannot be a "
            "namespace: use at "
            "most 63 lower case letters, digits and '-', with a letter or digit at either end");
}

TEST(Validate, RefusesAPipelineWithoutAName) {
  EXPECT_EQ(to_string(validate({})), "metadata.name: is missing");
}

TEST(Validate, RefusesTopicsThatAreNotDeclared) {
  EXPECT_EQ(
      problems_of(
          {.topics = {topic("a")}, .stages = {stage("s", {"x"}, {"y"})}, .bridges = {bridge("b", "a", "z")}}),
      "spec.stages[s].inputs[x].topic: topic x is not in spec.topics: add it there, or name one that is; "
      "spec.stages[s].outputs[y].topic: topic y is not in spec.topics: add it there, or name one that is; "
      "spec.bridges[b].to.topic: topic z is not in spec.topics: add it there, or name one that is");
}

TEST(Validate, RefusesWhatIsListedTwice) {
  const auto problems = validate(pipeline({.topics = {topic("a"), topic("b"), topic("c"), topic("a")},
                                           .stages = {stage("s", {"a", "a"}, {}), stage("s", {"a"}, {})},
                                           .bridges = {bridge("x", "a", "b"), bridge("x", "a", "c")}}));
  EXPECT_THAT(
      problems,
      ElementsAre(Problem{"spec.topics[a]", "DuplicateName", "topic a is listed twice: keep one"},
                  Problem{"spec.stages[s]", "DuplicateName", "stage s is listed twice: keep one"},
                  Problem{"spec.stages[s].inputs[a]", "DuplicateName", "topic a is listed twice: keep one"},
                  Problem{"spec.bridges[x]", "DuplicateName", "bridge x is listed twice: keep one"}));
}

TEST(Validate, RefusesSecretsAndAccessModesThatAreListedTwice) {
  auto pulling = bridge("x", "a", "b");
  pulling.pod_template.image_pull_secrets = {"s", "s"};
  EXPECT_EQ(problems_of({.topics = {topic("a"), topic("b")},
                         .bridges = {pulling},
                         .checkpoints = {.volume = Volume{"1Gi", {}, {"ReadWriteOnce", "ReadWriteOnce"}}}}),
            "spec.bridges[x].template.imagePullSecrets[s]: secret s is listed twice: keep one; "
            "spec.checkpoints.volume.accessModes[ReadWriteOnce]: access mode ReadWriteOnce is listed twice: "
            "keep one");
}

TEST(Validate, RefusesTwoBridgesThatWriteOneTopic) {
  EXPECT_EQ(problems_of({.topics = {topic("a"), topic("b"), topic("c")},
                         .bridges = {bridge("x", "a", "c"), bridge("y", "b", "c")}}),
            "spec.bridges[y].to.topic: topic c is written by bridge x already: a topic has one writer, so "
            "give each its "
            "own topic");
}

TEST(Validate, RefusesAStageAndABridgeThatWriteOneTopic) {
  EXPECT_EQ(problems_of({.topics = {topic("a"), topic("b")},
                         .stages = {stage("s", {}, {"b"})},
                         .bridges = {bridge("x", "a", "b")}}),
            "spec.bridges[x].to.topic: topic b is written by stage s already: a topic has one writer, so "
            "give each its own "
            "topic");
}

TEST(Validate, RefusesTwoStagesThatWriteOneTopic) {
  EXPECT_EQ(problems_of({.topics = {topic("a")}, .stages = {stage("s", {}, {"a"}), stage("t", {}, {"a"})}}),
            "spec.stages[t].outputs[a].topic: topic a is written by stage s already: a topic has one writer, "
            "so give each "
            "its own topic");
}

TEST(Validate, LetsManyReadOneTopic) {
  EXPECT_EQ(problems_of({.topics = {topic("a"), topic("b"), topic("c")},
                         .stages = {stage("s", {"a"}, {}), stage("t", {"a"}, {})},
                         .bridges = {bridge("x", "a", "b"), bridge("y", "a", "c")}}),
            "");
}

TEST(Validate, RefusesABridgeOntoItsOwnTopicAndTellsItOnce) {
  EXPECT_EQ(problems_of({.topics = {topic("a")}, .bridges = {bridge("x", "a", "a")}}),
            "spec.bridges[x].to.topic: a bridge cannot write topic a, which it reads: name another topic");
}

TEST(Validate, ShowsTheCycleThroughStagesAndBridges) {
  EXPECT_EQ(problems_of({.topics = {topic("in"), topic("a"), topic("b")},
                         .stages = {stage("s", {"in", "b"}, {"a"})},
                         .bridges = {bridge("x", "a", "b")}}),
            "spec: the data runs in a cycle, a -> bridge x -> b -> stage s -> a: a pipeline flows one way, "
            "so take one of "
            "them out");
}

TEST(Validate, RefusesAStageThatReadsWhatItWrites) {
  EXPECT_EQ(
      problems_of({.topics = {topic("a")}, .stages = {stage("s", {"a"}, {"a"})}}),
      "spec: the data runs in a cycle, a -> stage s -> a: a pipeline flows one way, so take one of them out");
}

TEST(Validate, RefusesAStageWithoutTopics) {
  EXPECT_EQ(problems_of({.stages = {stage("s", {}, {})}}),
            "spec.stages[s]: reads and writes nothing: give it at least one of inputs and outputs");
}

TEST(Validate, RefusesToChangeAnObservedTopic) {
  auto observed = topic("a", 6);
  observed.management = Management::kObserved;
  observed.replication_factor = 1;
  observed.config = {{"retention.ms", "1"}};
  const auto problems = validate(pipeline({.topics = {observed}}));
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_EQ(to_string({problems[0]}),
            "spec.topics[a].partitions: an Observed topic is only checked: remove partitions, or set "
            "management to Managed");
}

TEST(Validate, RefusesTopicsThatKafkaTakesForOne) {
  EXPECT_EQ(problems_of({.topics = {topic("a.b"), topic("a_b")}}),
            "spec.topics[a_b].name: Kafka cannot hold topic a_b next to topic a.b, since '.' and '_' are one "
            "to its "
            "metrics: rename one of them");
}

TEST(Validate, RefusesTopicSettingsThatCannotBe) {
  auto odd = topic("a");
  odd.config = {{"retention ms", "1"}};
  EXPECT_EQ(problems_of({.topics = {odd}}),
            "spec.topics[a].config[retention ms]: cannot be a topic setting: use the names that Kafka gives "
            "them, such as "
            "retention.ms");
}

TEST(Validate, RefusesPortsThatCannotBe) {
  EXPECT_EQ(problems_of({.kafka = Kafka{"a:9092,b:65536", {}, {}}}),
            "spec.kafka.bootstrapServers: has a port above 65535: ports are 1 to 65535");
}

struct Level {
  Codec codec;
  int level;
  const char* problem;
};

class ValidateLevel : public ::testing::TestWithParam<Level> {};

TEST_P(ValidateLevel, DependsOnTheCodec) {
  auto compressing = bridge("x", "a", "b");
  compressing.compression = {GetParam().codec, GetParam().level};
  const std::string expected = GetParam().problem;
  EXPECT_EQ(problems_of({.topics = {topic("a"), topic("b")}, .bridges = {compressing}}),
            expected.empty() ? "" : "spec.bridges[x].compression.level: " + expected);
}

INSTANTIATE_TEST_SUITE_P(Codecs, ValidateLevel,
                         ::testing::Values(Level{Codec::kGzip, 0, ""}, Level{Codec::kGzip, 9, ""},
                                           Level{Codec::kGzip, 10, "10 is no level of Gzip: use 0 to 9"},
                                           Level{Codec::kLz4, 12, ""}, Level{Codec::kZstd, 1, ""},
                                           Level{Codec::kZstd, 0, "0 is no level of Zstd: use 1 to 12"},
                                           Level{Codec::kSnappy, 1, "Snappy has no levels: remove it"},
                                           Level{Codec::kNone, 0, "None has no levels: remove it"}));

TEST(Validate, RefusesToPreservePartitionsThatTheTargetLacks) {
  auto preserving = bridge("x", "a", "b");
  preserving.partitioning.by = PartitionBy::kPreserve;
  EXPECT_EQ(problems_of({.topics = {topic("a", 12), topic("b", 6)}, .bridges = {preserving}}),
            "spec.bridges[x].partitioning.by: Preserve keeps each record's partition, but topic b has 6 and "
            "topic a has "
            "12: give the target as many, or use Key");
  EXPECT_EQ(problems_of({.topics = {topic("a", 6), topic("b", 6)}, .bridges = {preserving}}), "");
  EXPECT_EQ(problems_of({.topics = {topic("a"), topic("b", 6)}, .bridges = {preserving}}), "");
}

TEST(Validate, RefusesDeadLettersInATopicOfSomebodyElse) {
  auto one = bridge("x", "a", "b");
  auto other = bridge("y", "a", "c");
  const auto told = [&](const std::string& letters) {
    one.dead_letter = {letters, true};
    return problems_of(
        {.topics = {topic("a"), topic("b"), topic("c"), topic("dlq")}, .bridges = {one, other}});
  };
  const std::string path = "spec.bridges[x].deadLetter.topic: ";
  const std::string advice = ": give dead letters a topic of their own";
  EXPECT_EQ(told("a"), path + "topic a is what bridge x reads" + advice);
  EXPECT_EQ(told("b"), path + "topic b is what bridge x writes" + advice);
  EXPECT_EQ(told("c"), path + "topic c is what bridge y writes" + advice);
  EXPECT_EQ(told("missing"), path + "topic missing is not in spec.topics: add it there, or name one that is");
  other.dead_letter = {"dlq", true};
  EXPECT_EQ(told("dlq"), "") << "several bridges may share it";
}

TEST(Validate, RefusesNamesInATemplateThatKubernetesForbids) {
  auto odd = bridge("x", "a", "b");
  odd.pod_template.annotations = {
      {"no spaces", ""}, {"fusion-operator.io/hash", "1"}, {"example.com/ok", ""}};
  odd.pod_template.node_selector = R"({"a/b/c":"d","kubernetes.io/arch":"amd64"})";
  const auto problems = validate(pipeline({.topics = {topic("a"), topic("b")}, .bridges = {odd}}));
  ASSERT_EQ(problems.size(), 3u);
  EXPECT_EQ(to_string({problems[0]}),
            "spec.bridges[x].template.annotations[fusion-operator.io/hash]: annotations of "
            "fusion-operator.io are the "
            "operator's own: use another prefix");
  EXPECT_EQ(problems[1].path, "spec.bridges[x].template.annotations[no spaces]");
  EXPECT_EQ(problems[2].path, "spec.bridges[x].template.nodeSelector[a/b/c]");
}

/// A stage of Flink with a template, which reads topic `a`.
Stage started(std::string name, Mode mode = Mode::kStreaming) {
  auto made = stage(std::move(name), {"a"}, {});
  made.mode = mode;
  made.workload_template = WorkloadTemplate{"flink.apache.org/v1beta1", "FlinkDeployment", {}, {}, "{}"};
  return made;
}

Stage referring(std::string name, Mode mode = Mode::kStreaming) {
  auto made = stage(std::move(name), {"a"}, {});
  made.mode = mode;
  made.workload_ref = WorkloadRef{"flink.apache.org/v1beta1", "FlinkSessionJob", "job", false};
  return made;
}

std::string problems_of(std::vector<Stage> stages) {
  return problems_of(Spec{.topics = {topic("a")}, .stages = std::move(stages)});
}

struct Kind {
  Engine engine;
  const char* api_version;
  const char* kind;
  std::string problem;
};

class ValidateKind : public ::testing::TestWithParam<Kind> {};

TEST_P(ValidateKind, IsOneOfTheStagesEngine) {
  const auto& [engine, api_version, kind, problem] = GetParam();
  const auto told = [&](const char* workload) {
    return problem.empty() ? "" : "spec.stages[s].workload." + std::string(workload) + ".kind: " + problem;
  };
  auto with_template = started("s");
  with_template.engine = engine;
  with_template.workload_template->api_version = api_version;
  with_template.workload_template->kind = kind;
  EXPECT_EQ(problems_of({with_template}), told("template"));
  auto with_ref = referring("s");
  with_ref.engine = engine;
  with_ref.workload_ref->api_version = api_version;
  with_ref.workload_ref->kind = kind;
  EXPECT_EQ(problems_of({with_ref}), told("ref"));
}

std::string unknown_kind(const std::string& kind, const std::string& api_version) {
  return "there is no " + kind + " in " + api_version +
         ": use SparkApplication of sparkoperator.k8s.io/v1beta2 or spark.apache.org/v1, or FlinkDeployment "
         "or "
         "FlinkSessionJob of flink.apache.org/v1beta1";
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, ValidateKind,
    ::testing::Values(
        Kind{Engine::kSpark, "sparkoperator.k8s.io/v1beta2", "SparkApplication", ""},
        Kind{Engine::kSpark, "spark.apache.org/v1", "SparkApplication", ""},
        Kind{Engine::kFlink, "flink.apache.org/v1beta1", "FlinkDeployment", ""},
        Kind{Engine::kFlink, "flink.apache.org/v1beta1", "FlinkSessionJob", ""},
        Kind{Engine::kFlink, "spark.apache.org/v1", "SparkApplication",
             "a SparkApplication is run by Spark, and the stage's engine is Flink: change one of them"},
        Kind{Engine::kSpark, "flink.apache.org/v1beta1", "FlinkSessionJob",
             "a FlinkSessionJob is run by Flink, and the stage's engine is Spark: change one of them"},
        Kind{Engine::kFlink, "spark.apache.org/v1", "FlinkDeployment",
             unknown_kind("FlinkDeployment", "spark.apache.org/v1")},
        Kind{Engine::kSpark, "flink.apache.org/v1beta1", "SparkApplication",
             unknown_kind("SparkApplication", "flink.apache.org/v1beta1")}));

TEST(Validate, RefusesLabelsAndAnnotationsOfATemplateThatKubernetesForbids) {
  auto odd = started("s");
  odd.workload_template->labels = {
      {"a b", "c"}, {"example.com/ok", ""}, {"fusion-operator.io/stage", "x"}, {"value", "no spaces"}};
  odd.workload_template->annotations = {
      {"a/b/c", ""}, {"example.com/ok", "any thing"}, {"fusion-operator.io/hash", "1"}};
  const std::string name =
      "cannot be a name here: write name or example.com/name, the name with at most 63 letters, digits, '.', "
      "'_' and '-'";
  const std::string own = "names of fusion-operator.io are the operator's own: use another prefix";
  const std::string metadata = "spec.stages[s].workload.template.metadata.";
  EXPECT_THAT(
      validate(pipeline({.topics = {topic("a")}, .stages = {odd}})),
      ElementsAre(
          Problem{metadata + "labels[a b]", "InvalidName", name},
          Problem{metadata + "labels[fusion-operator.io/stage]", "ReservedName", own},
          Problem{metadata + "labels[value]", "InvalidValue",
                  "\"no spaces\" cannot be the value of a label: use at most 63 letters, digits, '.', '_' "
                  "and '-', with a letter or digit at either end"},
          Problem{metadata + "annotations[a/b/c]", "InvalidName", name},
          Problem{metadata + "annotations[fusion-operator.io/hash]", "ReservedName", own}));
}

TEST(Validate, RefusesWhatOnlyATemplateTakes) {
  for (auto other : {stage("s", {"a"}, {}), referring("s", Mode::kBatch)}) {
    other.mode = Mode::kBatch;
    EXPECT_EQ(problems_of({other, started("t", Mode::kBatch)}), "");
    other.start_after = {{"t", Until::kCompleted}};
    other.run_token = "1";
    other.transaction_timeout = std::chrono::minutes(1);
    other.checkpoints = Checkpoints{};
    const std::string why = ": is for a stage with workload.template, which the operator starts: remove it";
    EXPECT_EQ(problems_of({other, started("t", Mode::kBatch)}),
              "spec.stages[s].startAfter" + why + "; spec.stages[s].runToken" + why +
                  "; spec.stages[s].transactionTimeout" + why + "; spec.stages[s].checkpoints" + why);
  }
}

TEST(Validate, TakesARunTokenOfABatchAlone) {
  auto batch = started("s", Mode::kBatch);
  batch.run_token = "2";
  EXPECT_EQ(problems_of({batch}), "");
  batch.mode = Mode::kStreaming;
  EXPECT_EQ(
      problems_of({batch}),
      "spec.stages[s].runToken: runs a completed batch again, and the stage's mode is Streaming: remove it");
}

TEST(Validate, RefusesAccessModesOfAStageThatAreListedTwice) {
  auto twice = started("s");
  twice.checkpoints = Checkpoints{Volume{"1Gi", {}, {"ReadWriteMany", "ReadWriteMany"}}};
  EXPECT_EQ(
      problems_of({twice}),
      "spec.stages[s].checkpoints.volume.accessModes[ReadWriteMany]: access mode ReadWriteMany is listed "
      "twice: keep one");
}

std::string waiting(const Stage& awaited, Until until) {
  auto later = started("later");
  later.start_after = {{awaited.name, until}};
  return problems_of({awaited, later});
}

TEST(Validate, LetsAStageWaitForWhatCanComeThatFar) {
  for (const auto until : {Until::kRunning, Until::kCompleted, Until::kCaughtUp}) {
    EXPECT_EQ(waiting(started("first", Mode::kBatch), until), "");
    EXPECT_EQ(waiting(referring("first", Mode::kBatch), until), "");
  }
  EXPECT_EQ(waiting(started("first"), Until::kRunning), "");
  EXPECT_EQ(waiting(referring("first"), Until::kRunning), "");
}

TEST(Validate, RefusesToWaitForAStreamingStageToComplete) {
  const std::string expected =
      "spec.stages[later].startAfter[first].until: stage first is Streaming and never completes: wait until "
      "Running";
  for (const auto until : {Until::kCompleted, Until::kCaughtUp}) {
    EXPECT_EQ(waiting(started("first"), until), expected);
    EXPECT_EQ(waiting(referring("first"), until), expected);
  }
}

TEST(Validate, RefusesToWaitForAStageThatNobodySees) {
  auto later = started("later");
  later.start_after = {{"missing", Until::kRunning}};
  EXPECT_EQ(
      problems_of({later}),
      "spec.stages[later].startAfter[missing].stage: stage missing is not in spec.stages: name one that "
      "is");
  EXPECT_EQ(
      waiting(stage("first", {"a"}, {}), Until::kRunning),
      "spec.stages[later].startAfter[first].stage: stage first is external, so that nobody sees how far "
      "it is: wait for another one");
}

TEST(Validate, RefusesToWaitTwiceForOneStage) {
  auto later = started("later");
  later.start_after = {{"first", Until::kRunning}, {"first", Until::kCompleted}};
  EXPECT_EQ(problems_of({started("first", Mode::kBatch), later}),
            "spec.stages[later].startAfter[first]: stage first is listed twice: keep one");
}

TEST(Validate, RefusesStagesThatWaitForEachOther) {
  auto own = started("s");
  own.start_after = {{"s", Until::kRunning}};
  EXPECT_EQ(problems_of({own}),
            "spec.stages: the stages wait for each other, s -> startAfter -> s: take one startAfter out");
  auto one = started("one");
  auto other = started("other");
  one.start_after = {{"other", Until::kRunning}};
  other.start_after = {{"one", Until::kRunning}};
  EXPECT_EQ(problems_of({one, other}),
            "spec.stages: the stages wait for each other, other -> startAfter -> one -> startAfter -> other: "
            "take one startAfter out");
}

TEST(Warnings, TellOfReplicasThatStandIdle) {
  auto wide = bridge("x", "a", "b");
  wide.replicas = 7;
  const auto object = pipeline({.topics = {topic("a", 6), topic("b")}, .bridges = {wide}});
  EXPECT_THAT(validate(object), IsEmpty());
  EXPECT_EQ(to_string(warnings(object)),
            "spec.bridges[x].replicas: 7 replicas share 6 partitions of topic a: the rest stands idle");
}

TEST(Warnings, TellOfAPasswordInClear) {
  const Sasl plain{"PLAIN", "me", {"s", "k"}};
  EXPECT_EQ(to_string(warnings(pipeline({.kafka = Kafka{"a:1", {}, plain}}))),
            "spec.kafka.sasl.mechanism: PLAIN without tls sends the password in clear: add tls, or use "
            "SCRAM-SHA-512");
  EXPECT_THAT(warnings(pipeline({.kafka = Kafka{"a:1", Tls{}, plain}})), IsEmpty());
}

}  // namespace
}  // namespace fusion::api
