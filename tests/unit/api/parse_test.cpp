#include "api/parse.h"

#include <gmock/gmock.h>

#include "tests/unit/api/full_pipeline.h"

namespace fusion::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
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
           {.name = "failed", .partitions = {}, .replication_factor = {}, .config = {}},
           {.name = "rich", .partitions = {}, .replication_factor = {}, .config = {}}},
      .stages = {{.name = "clean",
                  .engine = Engine::kSpark,
                  .mode = Mode::kBatch,
                  .inputs = {{"raw", "cleaners"}},
                  .outputs = {{"clean"}}},
                 {.name = "load",
                  .engine = Engine::kSpark,
                  .mode = Mode::kBatch,
                  .inputs = {{"raw"}},
                  .workload_ref =
                      WorkloadRef{"sparkoperator.k8s.io/v1beta2", "SparkApplication", "load.v1", true}},
                 {.name = "enrich",
                  .engine = Engine::kFlink,
                  .mode = Mode::kBatch,
                  .inputs = {{"copy", "", true}},
                  .outputs = {{"rich", "fusion-id"}},
                  .start_after = {{"load", Until::kCompleted}},
                  .run_token = "2026-01-31",
                  .transaction_timeout = std::chrono::seconds(90),
                  .checkpoints = Checkpoints{Volume{"1Gi", "fast", {"ReadWriteOnce"}}, "s3://bucket/enrich"},
                  .workload_template = WorkloadTemplate{"flink.apache.org/v1beta1",
                                                        "FlinkDeployment",
                                                        {{"example.com/team", "flights"}},
                                                        {{"example.com/note", "any text"}},
                                                        R"({"job":{"args":[null],"parallelism":2}})"}}},
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
      .checkpoints = {Volume{"5Gi", "standard", {"ReadWriteMany"}}, "s3://bucket/checkpoints"}};
  EXPECT_EQ(pipeline->spec, expected);
  EXPECT_EQ(verdict(full_pipeline()), "");
}

TEST(Parse, FillsInTheDefaultsThatTheSchemaLeavesToReaders) {
  const auto pipeline = parse(nlohmann::json::parse(R"({"spec": {
    "topics": [{"name": "a"}, {"name": "b"}], "bridges": [{"name": "x", "from": {"topic": "a"}, "to": {"topic": "b"}}],
    "stages": [{"name": "s", "engine": "Flink", "mode": "Streaming", "inputs": [{"topic": "a"}], "workload": {"template":
      {"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkSessionJob", "spec": {}}}},
      {"name": "r", "engine": "Flink", "mode": "Streaming", "outputs": [{"topic": "a"}], "workload": {"ref":
      {"apiVersion": "flink.apache.org/v1beta1", "kind": "FlinkSessionJob", "name": "job"}}}]}})"));

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
  const auto& stage = pipeline->spec.stages.at(0);
  EXPECT_EQ(stage.inputs, (std::vector<StageInput>{{"a", "", false}}));
  EXPECT_THAT(stage.start_after, IsEmpty());
  EXPECT_EQ(stage.run_token, "");
  EXPECT_EQ(stage.transaction_timeout, std::nullopt);
  EXPECT_EQ(stage.checkpoints, std::nullopt);
  EXPECT_EQ(stage.workload_ref, std::nullopt);
  EXPECT_EQ(stage.workload_template,
            (WorkloadTemplate{"flink.apache.org/v1beta1", "FlinkSessionJob", {}, {}, "{}"}));
  EXPECT_FALSE(pipeline->spec.stages.at(1).workload_ref.value().manage);
  EXPECT_EQ(pipeline->spec.stages.at(1).outputs, (std::vector<StageOutput>{{"a", ""}}));
  EXPECT_EQ(pipeline->spec.checkpoints, Checkpoints{});
}

TEST(Parse, PassesOnTheSpecOfATemplateWithSortedKeysAndNothingElseChanged) {
  const auto pipeline = parse(changed(full_pipeline(), "/spec/stages/2/workload/template/spec",
                                      R"({"b": 1.5, "a": {"d": "ü", "c": null}, "unknown": [true, {}]})"));

  ASSERT_TRUE(pipeline) << to_string(pipeline.error());
  EXPECT_EQ(pipeline->spec.stages.at(2).workload_template.value().spec,
            R"({"a":{"c":null,"d":"ü"},"b":1.5,"unknown":[true,{}]})");
}

TEST(Parse, RefusesAWorkloadThatIsNotExactlyOne) {
  const auto told = [](const std::string& workload) {
    return verdict(changed(full_pipeline(), "/spec/stages/0/workload", workload));
  };
  const std::string ref =
      R"("ref": {"apiVersion": "spark.apache.org/v1", "kind": "SparkApplication", "name": "a"})";
  const std::string workload_template =
      R"("template": {"apiVersion": "spark.apache.org/v1", "kind": "SparkApplication", "spec": {}})";
  const std::string refusal =
      "spec.stages[clean].workload: must be exactly one of template, ref and external";
  EXPECT_EQ(told("{}"), refusal);
  EXPECT_EQ(told(R"({"external": null})"), refusal);
  EXPECT_EQ(told("{" + ref + R"(, "external": {}})"), refusal);
  EXPECT_EQ(told("{" + workload_template + R"(, "external": {}})"), refusal);
  EXPECT_EQ(told("{" + workload_template + ", " + ref + "}"), refusal);
  EXPECT_EQ(told("{" + workload_template + "}"), "");
  EXPECT_EQ(told("{" + ref + R"(, "external": null})"), "");
  EXPECT_EQ(told(R"({"external": {"name": "a"}})"),
            "spec.stages[clean].workload.external.name: is not known: nothing belongs here");
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
        BadField{"/spec/stages/1/workload/ref", "\"load\"",
                 "spec.stages[load].workload.ref: \"load\" is a string, but must be an object"},
        BadField{"/spec/stages/1/workload/ref/manage", "1",
                 "spec.stages[load].workload.ref.manage: 1 is a number, but must be true or false"},
        BadField{"/spec/stages/2/inputs/0/compacted", "\"true\"",
                 "spec.stages[enrich].inputs[copy].compacted: \"true\" is a string, but must be true or "
                 "false: without quotes"},
        BadField{"/spec/stages/2/outputs/0/id", "\"fusion-id\"",
                 "spec.stages[enrich].outputs[rich].id: \"fusion-id\" is a string, but must be an object"},
        BadField{"/spec/stages/2/startAfter", "{}",
                 "spec.stages[enrich].startAfter: this is an object, but must be a list"},
        BadField{"/spec/stages/2/startAfter/0", "\"load\"",
                 "spec.stages[enrich].startAfter[0]: \"load\" is a string, but must be an object"},
        BadField{
            "/spec/stages/2/runToken", "20260131",
            "spec.stages[enrich].runToken: 20260131 is a number, but must be a string: put it in quotes"},
        BadField{"/spec/stages/2/workload/template/spec", "[]",
                 "spec.stages[enrich].workload.template.spec: this is a list, but must be an object"},
        BadField{"/spec/stages/2/workload/template/metadata/labels/a", "1",
                 "spec.stages[enrich].workload.template.metadata.labels[a]: 1 is a number, but must be a "
                 "string: put it in quotes"},
        BadField{"/spec/stages/2/workload/template/metadata/name", "\"mine\"",
                 "spec.stages[enrich].workload.template.metadata.name: is not known: the fields here are "
                 "annotations, labels"},
        BadField{
            "/spec/stages/2/workload/template/status", "{}",
            "spec.stages[enrich].workload.template.status: is not known: the fields here are apiVersion, "
            "kind, metadata, spec"},
        BadField{"/spec/stages/2/checkpoints/interval", "\"1m\"",
                 "spec.stages[enrich].checkpoints.interval: is not known: the fields here are uri, volume"},
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
                 "spec.stages[clean].workload: must be exactly one of template, ref and external"},
        BadField{"/spec/stages/1/workload/ref/apiVersion", "remove",
                 "spec.stages[load].workload.ref.apiVersion: is missing"},
        BadField{"/spec/stages/1/workload/ref/kind", "remove",
                 "spec.stages[load].workload.ref.kind: is missing"},
        BadField{"/spec/stages/1/workload/ref/name", "remove",
                 "spec.stages[load].workload.ref.name: is missing"},
        BadField{"/spec/stages/2/workload/template/apiVersion", "remove",
                 "spec.stages[enrich].workload.template.apiVersion: is missing"},
        BadField{"/spec/stages/2/workload/template/kind", "remove",
                 "spec.stages[enrich].workload.template.kind: is missing"},
        BadField{"/spec/stages/2/workload/template/spec", "remove",
                 "spec.stages[enrich].workload.template.spec: is missing"},
        BadField{"/spec/stages/2/outputs/0/id/header", "remove",
                 "spec.stages[enrich].outputs[rich].id.header: is missing"},
        BadField{"/spec/stages/2/startAfter/0/stage", "remove",
                 "spec.stages[enrich].startAfter[0].stage: is missing"},
        BadField{"/spec/stages/2/startAfter/0/until", "remove",
                 "spec.stages[enrich].startAfter[load].until: is missing"},
        BadField{"/spec/stages/2/checkpoints/volume/size", "remove",
                 "spec.stages[enrich].checkpoints.volume.size: is missing"},
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
        BadField{"/spec/stages/2/outputs/0/id/header", "\"\"",
                 "spec.stages[enrich].outputs[rich].id.header: is empty"},
        BadField{"/spec/stages/2/runToken",
                 "\"12345678901234567890123456789012345678901234567890123456789012345\"",
                 "spec.stages[enrich].runToken: has 65 characters: at most 64 are allowed"},
        BadField{"/spec/stages/2/checkpoints/uri", "\"\"", "spec.stages[enrich].checkpoints.uri: is empty"},
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
        BadField{"/spec/checkpoints/uri", "\"/checkpoints\"",
                 "spec.checkpoints.uri: \"/checkpoints\" is not the URI of a directory, such as "
                 "s3://bucket/checkpoints"},
        BadField{"/spec/stages/1/workload/ref/name", "\"Load\"",
                 "spec.stages[load].workload.ref.name: \"Load\" cannot be an object's name: use lower case "
                 "letters, digits, '-' and '.', with a letter or digit at either end"},
        BadField{"/spec/stages/1/workload/ref/apiVersion", "\"sparkoperator.k8s.io/v1\"",
                 "spec.stages[load].workload.ref.apiVersion: \"sparkoperator.k8s.io/v1\" is not one of "
                 "sparkoperator.k8s.io/v1beta2, spark.apache.org/v1, flink.apache.org/v1beta1"},
        BadField{"/spec/stages/2/workload/template/apiVersion", "\"apps/v1\"",
                 "spec.stages[enrich].workload.template.apiVersion: \"apps/v1\" is not one of "
                 "sparkoperator.k8s.io/v1beta2, spark.apache.org/v1, flink.apache.org/v1beta1"},
        BadField{"/spec/stages/2/workload/template/kind", "\"Deployment\"",
                 "spec.stages[enrich].workload.template.kind: \"Deployment\" is not one of SparkApplication, "
                 "FlinkDeployment, FlinkSessionJob"},
        BadField{"/spec/stages/2/outputs/0/id/header", "\"a\\n\"",
                 "spec.stages[enrich].outputs[rich].id.header: \"a\\n\" cannot be a header's name: it "
                 "contains a control character"},
        BadField{"/spec/stages/2/startAfter/0/until", "\"Done\"",
                 "spec.stages[enrich].startAfter[load].until: \"Done\" is not one of Completed, Running, "
                 "CaughtUp"},
        BadField{"/spec/stages/2/transactionTimeout", "\"999ms\"",
                 "spec.stages[enrich].transactionTimeout: \"999ms\" is not a duration from 1s to 24h, such "
                 "as 15m"},
        BadField{"/spec/stages/2/transactionTimeout", "\"24h1ms\"",
                 "spec.stages[enrich].transactionTimeout: \"24h1ms\" is not a duration from 1s to 24h, such "
                 "as 15m"},
        BadField{"/spec/stages/2/checkpoints/uri", "\"s3:bucket\"",
                 "spec.stages[enrich].checkpoints.uri: \"s3:bucket\" is not the URI of a directory, such as "
                 "s3://bucket/checkpoints"},
        BadField{"/spec/stages/2/checkpoints/volume/accessModes/0", "\"Many\"",
                 "spec.stages[enrich].checkpoints.volume.accessModes[0]: \"Many\" is not one of "
                 "ReadWriteOnce, ReadWriteMany, ReadWriteOncePod"}));

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
