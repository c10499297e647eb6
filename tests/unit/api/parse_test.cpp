#include "api/parse.h"

#include <gmock/gmock.h>

#include "tests/unit/api/full_pipeline.h"

namespace fusion::api {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Parse, ReadsEveryFieldOfTheSpec) {
  const auto pipeline = parse(full_pipeline());

  ASSERT_TRUE(pipeline) << to_string(pipeline.error());
  const Spec expected{
      .suspend = true,
      .deletion_policy = DeletionPolicy::kDelete,
      .kafka = Kafka{"a.example:9092,[::1]:9093", Tls{SecretKey{"kafka-ca", "ca.crt"}, "kafka-client"},
                     Sasl{"SCRAM-SHA-512", "me", {"kafka-user", "password"}}},
      .topics =
          {{.name = "raw",
            .management = Management::kObserved,
            .partitions = {},
            .replication_factor = {},
            .config = {}},
           {.name = "clean", .partitions = 6, .replication_factor = 3, .config = {{"retention.ms", "-1"}}},
           {.name = "copy", .partitions = 12, .replication_factor = {}, .config = {}},
           {.name = "failed", .partitions = {}, .replication_factor = {}, .config = {}}},
      .stages = {{"clean", Engine::kSpark, Mode::kBatch, {{"raw", "cleaners"}}, {{"clean"}}}},
      .bridges =
          {{.name = "copy",
            .from = {"clean", StartFrom::kTimestamp, 1769846400250},
            .to_topic = "copy",
            .replicas = 2,
            .suspend = true,
            .guarantee = Guarantee::kEffectivelyOnce,
            .deduplicate =
                Deduplicate{IdFrom::kPointer, "/order/id", 200'000, std::chrono::minutes(90), 2'000'000},
            .event_time =
                EventTime{TimeFrom::kHeader, "event-time", TimeFormat::kRfc3339, std::chrono::seconds(5),
                          std::chrono::seconds(30), std::chrono::minutes(1), Future::kClamp},
            .partitioning = {PartitionBy::kPointer, "/customer", Partitioner::kConsistentRandom},
            .compression = {Codec::kZstd, 3},
            .dead_letter = DeadLetter{"failed", false},
            .rate_limit = RateLimit{10'000, 10'000'000},
            .commit_interval = std::chrono::milliseconds(1500),
            .pod_template =
                {.resources = R"({"requests":{"cpu":1,"memory":"128Mi"}})",
                 .node_selector = R"({"kubernetes.io/arch":"amd64"})",
                 .tolerations =
                     R"([{"effect":"NoExecute","key":"dedicated","operator":"Exists","tolerationSeconds":60}])",
                 .affinity = R"({"nodeAffinity":{}})",
                 .image_pull_secrets = {"registry"},
                 .annotations = {{"example.com/team", "flights"}},
                 .image = "registry.example/bridge:1"}}},
      .checkpoint_volume = Volume{"5Gi", "standard", {"ReadWriteMany"}}};
  EXPECT_EQ(pipeline->spec, expected);
  EXPECT_EQ(verdict(full_pipeline()), "");
}

TEST(Parse, FillsInTheDefaultsThatTheSchemaLeavesToReaders) {
  const auto pipeline = parse(nlohmann::json::parse(R"({"spec": {
    "topics": [{"name": "a"}, {"name": "b"}], "bridges": [{"name": "x", "from": {"topic": "a"}, "to": {"topic": "b"}}]}})"));

  ASSERT_TRUE(pipeline) << to_string(pipeline.error());
  const auto& bridge = pipeline->spec.bridges.at(0);
  EXPECT_EQ(pipeline->spec.deletion_policy, DeletionPolicy::kRetain);
  EXPECT_EQ(pipeline->spec.topics.at(0).management, Management::kManaged);
  EXPECT_EQ(bridge.replicas, 1);
  EXPECT_FALSE(bridge.suspend);
  EXPECT_EQ(bridge.guarantee, Guarantee::kExactlyOnce);
  EXPECT_EQ(bridge.deduplicate, std::nullopt);
  EXPECT_EQ(bridge.from.start_from, StartFrom::kEarliest);
  EXPECT_EQ(bridge.event_time, std::nullopt);
  EXPECT_EQ(bridge.partitioning, (Partitioning{PartitionBy::kKey, "", Partitioner::kMurmur2Random}));
  EXPECT_EQ(bridge.dead_letter, std::nullopt);
  EXPECT_EQ(bridge.rate_limit, std::nullopt);
  EXPECT_EQ(bridge.compression, (Compression{Codec::kLz4, {}}));
  EXPECT_EQ(bridge.commit_interval, std::chrono::milliseconds(500));
}

TEST(Parse, TakesEmptyPartsOfATemplateAsLeftOut) {
  const auto pipeline = parse(changed(full_pipeline(), "/spec/bridges/0/template", R"({"resources": {},
    "nodeSelector": {}, "tolerations": [], "affinity": {}, "imagePullSecrets": [], "annotations": {}, "image": ""})"));

  ASSERT_TRUE(pipeline) << to_string(pipeline.error());
  EXPECT_EQ(pipeline->spec.bridges.at(0).pod_template, PodTemplate{});
}

TEST(Parse, ReadsMetadataLeniently) {
  const auto pipeline =
      parse(nlohmann::json::parse(R"({"metadata": {"name": "p", "namespace": "demo", "uid": "u-1",
    "resourceVersion": "42", "generation": 7, "finalizers": ["f"], "labels": {"a": "b", "c": 1}, "annotations": 5,
    "creationTimestamp": "2026-01-31T08:00:00Z", "deletionTimestamp": "2026-02-01T08:00:00Z"}, "spec": {}})"));

  ASSERT_TRUE(pipeline) << to_string(pipeline.error());
  const auto& metadata = pipeline->metadata;
  EXPECT_EQ(metadata.name, "p");
  EXPECT_EQ(metadata.namespace_name, "demo");
  EXPECT_EQ(metadata.uid, "u-1");
  EXPECT_EQ(metadata.resource_version, "42");
  EXPECT_EQ(metadata.generation, 7);
  EXPECT_THAT(metadata.finalizers, ElementsAre("f"));
  EXPECT_THAT(metadata.labels, ElementsAre(Pair("a", "b")));
  EXPECT_TRUE(metadata.annotations.empty());
  EXPECT_EQ(*metadata.deletion_timestamp - *metadata.creation_timestamp, std::chrono::hours(24));
}

TEST(Parse, TellsAllMistakesAtOnce) {
  auto object = changed(full_pipeline(), "/spec/topics/1/partitions", "0");
  object = changed(object, "/spec/bridges/0/replica", "3");

  const auto pipeline = parse(object);

  ASSERT_FALSE(pipeline);
  EXPECT_THAT(pipeline.error(), ElementsAre(Problem{"spec.topics[clean].partitions", "OutOfBounds",
                                                    "0 is out of bounds: use 1 to 10000"},
                                            Problem{"spec.bridges[copy].replica", "UnknownField",
                                                    "is not known: the fields here are commitInterval, "
                                                    "compression, deadLetter, deduplicate, eventTime, from, "
                                                    "guarantee, name, partitioning, rateLimit, replicas, "
                                                    "suspend, template, to"}));
}

TEST(Parse, RefusesFieldsOfABridgeThatDoNotGoTogether) {
  const auto told = [](const std::string& field, const std::string& value) {
    return verdict(changed(full_pipeline(), "/spec/bridges/0/" + field, value));
  };
  const std::string bridge = "spec.bridges[copy].";
  EXPECT_EQ(told("partitioning", R"({"by": "Pointer"})"),
            bridge + "partitioning.pointer: is missing: say where in the value the partition follows from");
  EXPECT_EQ(told("partitioning", R"({"by": "Key", "pointer": "/a"})"),
            bridge + "partitioning.pointer: goes with by: Pointer alone: remove it");
  EXPECT_EQ(told("partitioning", R"({"by": "Preserve", "partitioner": "Murmur2Random"})"),
            bridge + "partitioning.partitioner: goes with by: Key and by: Pointer: remove it");
  EXPECT_EQ(told("rateLimit", "{}"),
            bridge + "rateLimit: limits nothing: set recordsPerSecond, bytesPerSecond or both");
  EXPECT_EQ(
      told("eventTime", R"({"from": {}})"),
      bridge +
          "eventTime.from: must name one of header and pointer; for the record's own time leave from out");
  EXPECT_EQ(
      told("eventTime", R"({"format": "RFC3339"})"),
      bridge +
          "eventTime.format: says how from writes the time: name a header or a pointer there, or remove it");
  EXPECT_EQ(told("eventTime", R"({"maxDrift": "1m"})"),
            bridge +
                "eventTime.maxDrift: needs idleAfter: a partition that gets no records would hold back all "
                "others for ever");
}

struct BadField {
  const char* at;
  const char* value;
  const char* verdict;
};

class ParseRefuses : public ::testing::TestWithParam<BadField> {};

TEST_P(ParseRefuses, AndNamesThePath) {
  const auto& [at, value, expected] = GetParam();
  const auto pipeline = parse(changed(full_pipeline(), at, value));
  ASSERT_FALSE(pipeline);
  EXPECT_EQ(to_string(pipeline.error()), expected);
}

INSTANTIATE_TEST_SUITE_P(
    WrongTypes, ParseRefuses,
    ::testing::Values(
        BadField{"/spec", "remove", "spec: is missing"},
        BadField{"/spec", "[]", "spec: this is a list, but must be an object"},
        BadField{"/kind", "\"Pipeline\"", "kind: \"Pipeline\" is not FusionPipeline"},
        BadField{"/apiVersion", "\"fusion-operator.io/v2\"",
                 "apiVersion: \"fusion-operator.io/v2\" is not fusion-operator.io/v1alpha1"},
        BadField{"/extra", "1",
                 "extra: is not known: the fields here are apiVersion, kind, metadata, spec, status"},
        BadField{"/spec/suspend", "\"yes\"",
                 "spec.suspend: \"yes\" is a string, but must be true or false: without quotes"},
        BadField{"/spec/deletionPolicy", "\"Keep\"",
                 "spec.deletionPolicy: \"Keep\" is not one of Retain, Delete"},
        BadField{"/spec/topics", "{}", "spec.topics: this is an object, but must be a list"},
        BadField{"/spec/topics/0", "\"raw\"", "spec.topics[0]: \"raw\" is a string, but must be an object"},
        BadField{
            "/spec/topics/1/partitions", "\"6\"",
            "spec.topics[clean].partitions: \"6\" is a string, but must be a whole number: without quotes"},
        BadField{"/spec/topics/1/partitions", "1.5",
                 "spec.topics[clean].partitions: 1.5 is a number, but must be a whole number"},
        BadField{"/spec/topics/1/config/retention.ms", "604800000",
                 "spec.topics[clean].config[retention.ms]: 604800000 is a number, but must be a string: put "
                 "it in quotes"},
        BadField{"/spec/stages/0/workload/external", "true",
                 "spec.stages[clean].workload.external: true is a boolean, but must be an object"},
        BadField{"/spec/bridges/0/template/affinity", "[]",
                 "spec.bridges[copy].template.affinity: this is a list, but must be an object"},
        BadField{"/spec/checkpoints/volume/accessModes/0", "1",
                 "spec.checkpoints.volume.accessModes[0]: 1 is a number, but must be a string: put it in "
                 "quotes"}));

INSTANTIATE_TEST_SUITE_P(
    MissingFields, ParseRefuses,
    ::testing::Values(
        BadField{"/spec/topics/0/name", "remove", "spec.topics[0].name: is missing"},
        BadField{"/spec/kafka/bootstrapServers", "remove", "spec.kafka.bootstrapServers: is missing"},
        BadField{"/spec/kafka/sasl/username", "remove", "spec.kafka.sasl.username: is missing"},
        BadField{"/spec/kafka/sasl/passwordSecret/key", "remove",
                 "spec.kafka.sasl.passwordSecret.key: is missing"},
        BadField{"/spec/stages/0/workload", "remove", "spec.stages[clean].workload: is missing"},
        BadField{"/spec/stages/0/workload/external", "remove",
                 "spec.stages[clean].workload.external: is missing"},
        BadField{"/spec/stages/0/engine", "null", "spec.stages[clean].engine: is missing"},
        BadField{"/spec/bridges/0/from", "remove", "spec.bridges[copy].from: is missing"},
        BadField{"/spec/bridges/0/to/topic", "remove", "spec.bridges[copy].to.topic: is missing"},
        BadField{"/spec/bridges/0/compression/codec", "remove",
                 "spec.bridges[copy].compression.codec: is missing"},
        BadField{"/spec/checkpoints/volume/size", "remove", "spec.checkpoints.volume.size: is missing"}));

INSTANTIATE_TEST_SUITE_P(
    OutOfBounds, ParseRefuses,
    ::testing::Values(
        BadField{"/spec/topics/1/partitions", "1000000",
                 "spec.topics[clean].partitions: 1000000 is out of bounds: use 1 to 10000"},
        BadField{"/spec/topics/1/replicationFactor", "-1",
                 "spec.topics[clean].replicationFactor: -1 is out of bounds: use 1 to 100"},
        BadField{"/spec/bridges/0/replicas", "0",
                 "spec.bridges[copy].replicas: 0 is out of bounds: use 1 to 256"},
        BadField{"/spec/bridges/0/compression/level", "13",
                 "spec.bridges[copy].compression.level: 13 is out of bounds: use 0 to 12"},
        BadField{"/spec/checkpoints/volume/accessModes", "[]",
                 "spec.checkpoints.volume.accessModes: has 0 items: at least 1 is needed"},
        BadField{"/spec/kafka/sasl/username", "\"\"", "spec.kafka.sasl.username: is empty"},
        BadField{
            "/spec/stages/0/outputs",
            R"([{"topic":"1"},{"topic":"2"},{"topic":"3"},{"topic":"4"},{"topic":"5"},{"topic":"6"},{"topic":"7"},
                     {"topic":"8"},{"topic":"9"}])",
            "spec.stages[clean].outputs: has 9 items: at most 8 are allowed"}));

constexpr char kNoTopic[] =
    " cannot be a topic: use letters, digits, '.', '_' and '-', neither '.' nor '..' alone, and none of "
    "Kafka's own topics";
const std::string kDot = std::string("spec.topics[.].name: \".\"") + kNoTopic;
const std::string kDots = std::string("spec.topics[..].name: \"..\"") + kNoTopic;
const std::string kInternal =
    std::string("spec.topics[__consumer_offsets].name: \"__consumer_offsets\"") + kNoTopic;
const std::string kSpace = std::string("spec.topics[a b].name: \"a b\"") + kNoTopic;

INSTANTIATE_TEST_SUITE_P(
    Values, ParseRefuses,
    ::testing::Values(
        BadField{"/spec/topics/0/name", "\".\"", kDot.c_str()},
        BadField{"/spec/topics/0/name", "\"..\"", kDots.c_str()},
        BadField{"/spec/topics/0/name", "\"a b\"", kSpace.c_str()},
        BadField{"/spec/topics/0/name", "\"__consumer_offsets\"", kInternal.c_str()},
        BadField{"/spec/kafka/bootstrapServers", "\"kafka\"",
                 "spec.kafka.bootstrapServers: \"kafka\" is not a list of brokers: write host:port, several "
                 "with commas and "
                 "no spaces"},
        BadField{"/spec/kafka/sasl/mechanism", "\"GSSAPI\"",
                 "spec.kafka.sasl.mechanism: \"GSSAPI\" is not one of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512"},
        BadField{"/spec/kafka/tls/caSecret/key", "\"..\"",
                 "spec.kafka.tls.caSecret.key: \"..\" cannot be a key of a Secret: use letters, digits, '.', "
                 "'_' and '-'"},
        BadField{"/spec/stages/0/name", "\"Clean\"",
                 "spec.stages[Clean].name: \"Clean\" is not a DNS label: use lower case letters, digits and "
                 "'-', no '-' at "
                 "either end"},
        BadField{"/spec/stages/0/engine", "\"Beam\"",
                 "spec.stages[clean].engine: \"Beam\" is not one of Spark, Flink"},
        BadField{"/spec/bridges/0/guarantee", "\"Always\"",
                 "spec.bridges[copy].guarantee: \"Always\" is not one of AtLeastOnce, ExactlyOnce, "
                 "EffectivelyOnce"},
        BadField{"/spec/bridges/0/from/startFrom", "\"2026-02-30T00:00:00Z\"",
                 "spec.bridges[copy].from.startFrom: \"2026-02-30T00:00:00Z\" is none of Earliest, Latest "
                 "and an instant "
                 "since 1970 in UTC such as 2026-01-31T08:00:00Z"},
        BadField{"/spec/bridges/0/commitInterval", "\"9ms\"",
                 "spec.bridges[copy].commitInterval: \"9ms\" is not a duration from 10ms to 20s, such as "
                 "500ms or 2s"},
        BadField{"/spec/bridges/0/commitInterval", "\"20s1ms\"",
                 "spec.bridges[copy].commitInterval: \"20s1ms\" is not a duration from 10ms to 20s, such as "
                 "500ms or 2s"},
        BadField{"/spec/bridges/0/template/resources/requests/memory", "\"128 MB\"",
                 "spec.bridges[copy].template.resources.requests[memory]: is not a quantity: write it as in "
                 "a pod, such as "
                 "500m or 256Mi"},
        BadField{
            "/spec/bridges/0/template/tolerations/0/effect", "\"Never\"",
            "spec.bridges[copy].template.tolerations[dedicated].effect: \"Never\" is not one of NoSchedule, "
            "PreferNoSchedule, NoExecute"},
        BadField{"/spec/checkpoints/volume/size", "\"0Gi\"",
                 "spec.checkpoints.volume.size: \"0Gi\" is not a size above 0, such as 5Gi or 500Mi"},
        BadField{"/spec/checkpoints/volume/accessModes/0", "\"ReadOnlyMany\"",
                 "spec.checkpoints.volume.accessModes[0]: \"ReadOnlyMany\" is not one of ReadWriteOnce, "
                 "ReadWriteMany, "
                 "ReadWriteOncePod"},
        BadField{"/spec/checkpoints/uri", "\"s3://bucket\"",
                 "spec.checkpoints.uri: is not known: the fields here are volume"}));

TEST(Parse, CountsCharactersAsSchemasDo) {
  std::string name;
  for (int i = 0; i < 256; ++i) name += "ü";  // 512 bytes
  const auto at_the_limit = changed(full_pipeline(), "/spec/kafka/sasl/username", "\"" + name + "\"");
  const auto beyond = changed(full_pipeline(), "/spec/kafka/sasl/username", "\"" + name + "ü\"");

  EXPECT_EQ(verdict(at_the_limit), "");
  EXPECT_EQ(verdict(beyond), "spec.kafka.sasl.username: has 257 characters: at most 256 are allowed");
}

TEST(Parse, NeverThrowsWhateverTheTypes) {
  const auto whole = full_pipeline().flatten();
  for (const auto& [at, unused] : whole.items()) {
    for (const auto* value : {"null", "[]", "{}", "-1", "1e300", "true", "\"\"", "[null]", "{\"a\":null}"}) {
      EXPECT_NO_THROW({ verdict(changed(full_pipeline(), at, value)); }) << at << " = " << value;
    }
  }
  for (const auto* value : {"null", "[]", "5", "\"x\""}) {
    EXPECT_FALSE(parse(nlohmann::json::parse(value))) << value;
  }
}

}  // namespace
}  // namespace fusion::api
