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
                         .checkpoint_volume = Volume{"1Gi", {}, {"ReadWriteOnce", "ReadWriteOnce"}}}),
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
