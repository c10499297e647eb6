#include "controllers/bridges/render.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "api/enums.h"
#include "controllers/bridges/child_name.h"
#include "controllers/children.h"
#include "tests/unit/controllers/builders.h"

namespace fusion::bridges {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace fusion::test;

/// A pipeline with one bridge, and what else its rendering takes.
struct Given {
  api::FusionPipeline pipeline = a_pipeline().with_bridge("clicks", {.replicas = 2});
  controllers::Connection connection = own_connection();
  controllers::Settings options = settings();
  std::optional<api::Volume> volume;

  Rendering rendering() const {
    return {
        pipeline, pipeline.spec.bridges.at(0), connection, options, "id-clicks", "id-clicks-in", "id-failed",
        volume};
  }
  json set() const { return render_stateful_set(rendering()); }
  json map() const { return render_config_map(rendering()); }
  json pod() const { return set()["spec"]["template"]["spec"]; }
  json container() const { return pod()["containers"].at(0); }
  std::string hash() const { return set()["metadata"]["annotations"][controllers::kHashAnnotation]; }
  std::string inputs() const { return set()["metadata"]["annotations"][controllers::kInputsAnnotation]; }
};

TEST(Render, IsCanonical) {
  EXPECT_EQ(Given().set().dump(), Given().set().dump());
  EXPECT_EQ(Given().map().dump(), Given().map().dump());
}

TEST(Render, MakesAStatefulSetThatRepairsItself) {
  const auto spec = Given().set()["spec"];
  EXPECT_EQ(spec["podManagementPolicy"], "Parallel");
  EXPECT_EQ(spec["updateStrategy"]["type"], "RollingUpdate");
  EXPECT_EQ(spec["persistentVolumeClaimRetentionPolicy"],
            (json{{"whenDeleted", "Retain"}, {"whenScaled", "Retain"}}));
  EXPECT_EQ(spec["replicas"], 2);
  EXPECT_EQ(spec["serviceName"], child_name("orders", "clicks"));
}

TEST(Render, OwnsItsObjects) {
  for (const auto& object : {Given().set(), Given().map()}) {
    const auto& owners = object["metadata"]["ownerReferences"];
    ASSERT_TRUE(owners.is_array());
    ASSERT_EQ(owners.size(), 1u);
    EXPECT_EQ(owners[0]["uid"], kUid);
    EXPECT_EQ(owners[0]["controller"], true);
    EXPECT_EQ(owners[0]["kind"], "FusionPipeline");
    EXPECT_EQ(object["metadata"]["namespace"], "shop");
  }
}

TEST(Render, LabelsForWatchesAndSelectsByTheChildAlone) {
  const auto set = Given().set();
  const auto& labels = set["metadata"]["labels"];
  EXPECT_EQ(labels["app.kubernetes.io/managed-by"], "fusion-operator");
  EXPECT_EQ(labels["fusion-operator.io/pipeline"], "orders");
  EXPECT_FALSE(labels.contains("app.kubernetes.io/instance")) << "Argo CD prunes by it";
  EXPECT_EQ(set["spec"]["selector"]["matchLabels"],
            (json{{controllers::kChildLabel, child_name("orders", "clicks")}}));
  EXPECT_EQ(set["spec"]["template"]["metadata"]["labels"][controllers::kChildLabel],
            child_name("orders", "clicks"));
}

TEST(Render, LocksThePodDown) {
  const auto pod = Given().pod();
  const auto container = Given().container();
  EXPECT_EQ(pod["automountServiceAccountToken"], false);
  EXPECT_EQ(pod["securityContext"]["runAsNonRoot"], true);
  EXPECT_EQ(pod["securityContext"]["runAsUser"], 65532);
  EXPECT_EQ(pod["securityContext"]["fsGroup"], 65532);
  EXPECT_EQ(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
  EXPECT_EQ(container["securityContext"]["readOnlyRootFilesystem"], true);
  EXPECT_EQ(container["securityContext"]["allowPrivilegeEscalation"], false);
  EXPECT_EQ(container["securityContext"]["capabilities"]["drop"], json::array({"ALL"}));
}

TEST(Render, RunsTheBridgeWithItsConfiguration) {
  const auto container = Given().container();
  EXPECT_EQ(container["args"], json::array({"--config", "/etc/fusion/bridge.json"}));
  EXPECT_EQ(container["image"], "fusion-bridge:1");
  EXPECT_EQ(container["env"], json::parse(R"([{"name": "POD_NAME",
      "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}])"));
  EXPECT_EQ(container["ports"],
            json::parse(R"([{"name": "metrics", "containerPort": 8080, "protocol": "TCP"}])"));
  EXPECT_EQ(container["readinessProbe"]["httpGet"]["path"], "/readyz");
  EXPECT_EQ(container["livenessProbe"]["httpGet"]["path"], "/healthz");
  EXPECT_EQ(container["volumeMounts"],
            json::parse(R"([{"name": "config", "mountPath": "/etc/fusion", "readOnly": true}])"));
  EXPECT_EQ(container["resources"]["requests"], (json{{"cpu", "100m"}, {"memory", "128Mi"}}));
}

TEST(Render, NamesTheConfigMapByItsContent) {
  Given given;
  const std::string before = given.map()["metadata"]["name"];
  EXPECT_EQ(given.pod()["volumes"], json::array({{{"name", "config"}, {"configMap", {{"name", before}}}}}));
  EXPECT_EQ(given.map()["immutable"], true);

  given.pipeline.spec.bridges[0].compression.codec = api::Codec::kZstd;

  EXPECT_NE(given.map()["metadata"]["name"], before);
}

TEST(Render, WritesAConfigurationThatTheBridgeReads) {
  Given given;
  given.pipeline.spec.bridges[0].compression = {api::Codec::kZstd, 3};
  const std::string text = given.map()["data"]["bridge.json"];

  const auto config = contract::parse_bridge_config(text);

  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config->group, "0a1b2c3d/shop/orders/clicks");
  EXPECT_EQ(config->from, (contract::BridgeConfig::Topic{"clicks", "id-clicks"}));
  EXPECT_EQ(config->to, (contract::BridgeConfig::Topic{"clicks-in", "id-clicks-in"}));
  EXPECT_EQ(config->codec, "Zstd");
  EXPECT_EQ(config->level, 3);
}

TEST(Render, TellsTheBridgeHowToRecogniseRepeats) {
  Given given;
  EXPECT_EQ(render_config(given.rendering()).deduplicate, std::nullopt);
  given.pipeline.spec.bridges[0].guarantee = api::Guarantee::kEffectivelyOnce;
  auto& deduplicate = given.pipeline.spec.bridges[0].deduplicate.emplace();
  deduplicate = {api::IdFrom::kPointer, "/id", 200'000, std::chrono::minutes(2), 300'000};

  const auto config = contract::parse_bridge_config(given.map()["data"]["bridge.json"].get<std::string>());

  ASSERT_TRUE(config) << config.error();
  EXPECT_EQ(config->deduplicate, (contract::BridgeConfig::Deduplicate{"Pointer", "/id", 200'000,
                                                                      std::chrono::seconds(120), 300'000}));
}

TEST(Render, GivesTheBridgeNoIdThatItWouldRefuse) {
  for (const auto& [id_from, text] : api::enum_names<api::IdFrom>()) {
    Given given;
    given.pipeline.spec.bridges[0].guarantee = api::Guarantee::kEffectivelyOnce;
    given.pipeline.spec.bridges[0].deduplicate = api::Deduplicate{.id_from = id_from, .id_name = "/id"};
    const auto config = contract::parse_bridge_config(given.map()["data"]["bridge.json"].get<std::string>());
    EXPECT_TRUE(config) << text << ": " << config.error();
  }
}

TEST(Render, TellsTheBridgeWhatTheSpecDeclares) {
  Given given;
  auto& bridge = given.pipeline.spec.bridges[0];
  bridge.guarantee = api::Guarantee::kAtLeastOnce;
  bridge.partitioning = {api::PartitionBy::kPointer, "/customer", api::Partitioner::kConsistentRandom};
  bridge.event_time = {api::TimeFrom::kPointer,   "/time",
                       api::TimeFormat::kRfc3339, std::chrono::seconds(5),
                       std::chrono::seconds(30),  std::chrono::minutes(1),
                       api::Future::kClamp};
  bridge.dead_letter = {"failed", false};
  bridge.rate_limit = {10, std::nullopt};

  const auto config = contract::parse_bridge_config(given.map()["data"]["bridge.json"].get<std::string>());

  ASSERT_TRUE(config) << config.error();
  using Config = contract::BridgeConfig;
  using std::chrono::milliseconds;
  EXPECT_EQ(config->guarantee, "AtLeastOnce");
  EXPECT_EQ(config->partition_by, "Pointer");
  EXPECT_EQ(config->partition_pointer, "/customer");
  EXPECT_EQ(config->partitioner, "ConsistentRandom");
  EXPECT_EQ(config->event_time, (Config::EventTime{"Pointer", "/time", "RFC3339", milliseconds(5'000),
                                                   milliseconds(30'000), milliseconds(60'000), "Clamp"}));
  EXPECT_EQ(config->dead_letter, (Config::DeadLetter{{"failed", "id-failed"}, false}));
  EXPECT_EQ(config->rate_limit, (Config::RateLimit{10, std::nullopt}));
}

TEST(Render, GivesTheBridgeNoWordThatItWouldRefuse) {
  const auto accepted = [](const auto& names, auto set) {
    for (const auto& [value, text] : names) {
      Given given;
      set(given.pipeline.spec.bridges[0], value);
      const auto config =
          contract::parse_bridge_config(given.map()["data"]["bridge.json"].get<std::string>());
      EXPECT_TRUE(config) << text << ": " << config.error();
    }
  };
  accepted(api::enum_names<api::PartitionBy>(), [](auto& bridge, auto by) {
    bridge.partitioning = {by, "/a", {}};
  });
  accepted(api::enum_names<api::Partitioner>(),
           [](auto& bridge, auto partitioner) { bridge.partitioning.partitioner = partitioner; });
  accepted(api::enum_names<api::Codec>(), [](auto& bridge, auto codec) { bridge.compression.codec = codec; });
  accepted(api::enum_names<api::TimeFrom>(), [](auto& bridge, auto from) {
    auto& time = bridge.event_time.emplace();
    time.from = from;
    time.name = "/a";
  });
  accepted(api::enum_names<api::TimeFormat>(),
           [](auto& bridge, auto format) { bridge.event_time.emplace().format = format; });
  accepted(api::enum_names<api::Future>(),
           [](auto& bridge, auto future) { bridge.event_time.emplace().future = future; });
}

TEST(Render, RollsNoPodWhenTheGenerationChanges) {
  Given given;
  const auto before = given.set();
  ++given.pipeline.metadata.generation;
  given.pipeline.spec.topics[0].config["retention.ms"] = "1";
  EXPECT_EQ(given.set(), before);
}

TEST(Render, RollsPodsWhenTheTemplateChanges) {
  Given given;
  const auto before = given.hash();
  given.pipeline.spec.bridges[0].pod_template.annotations["team"] = "clicks";
  EXPECT_NE(given.hash(), before);
  EXPECT_EQ(given.set()["spec"]["template"]["metadata"]["annotations"], (json{{"team", "clicks"}}));
}

TEST(Render, TakesThePodTemplateOver) {
  Given given;
  auto& pod = given.pipeline.spec.bridges[0].pod_template;
  pod.resources = R"({"limits":{"memory":"1Gi"}})";
  pod.node_selector = R"({"disk":"ssd"})";
  pod.tolerations = R"([{"key":"k"}])";
  pod.affinity = R"({"nodeAffinity":{}})";
  pod.image_pull_secrets = {"a", "b"};
  pod.image = "mine:2";

  EXPECT_EQ(given.container()["resources"], json::parse(R"({"limits":{"memory":"1Gi"}})"));
  EXPECT_EQ(given.container()["image"], "mine:2");
  EXPECT_EQ(given.pod()["nodeSelector"]["disk"], "ssd");
  EXPECT_EQ(given.pod()["tolerations"][0]["key"], "k");
  EXPECT_EQ(given.pod()["imagePullSecrets"], json::parse(R"([{"name":"a"},{"name":"b"}])"));
}

TEST(Render, ScalesToZeroWhenSuspendedAndChangesNothingElse) {
  Given given;
  auto expected = given.set()["spec"];
  given.pipeline.spec.suspend = true;
  expected["replicas"] = 0;
  EXPECT_EQ(given.set()["spec"], expected);
}

TEST(Render, ChangesTheReplicasAloneSoThatScalingRollsNoPods) {
  Given given;
  auto expected = given.set()["spec"];
  given.pipeline.spec.bridges[0].replicas = 5;
  expected["replicas"] = 5;
  EXPECT_EQ(given.set()["spec"], expected);
}

TEST(Render, MountsSecretsAndNamesTheirFiles) {
  Given given;
  given.connection.kafka = secured_kafka();
  const auto config = render_config(given.rendering());
  EXPECT_EQ(config.kafka.ca_file, "/etc/fusion-secrets/ca/ca.crt");
  EXPECT_EQ(config.kafka.certificate_file, "/etc/fusion-secrets/client/tls.crt");
  EXPECT_EQ(config.kafka.key_file, "/etc/fusion-secrets/client/tls.key");
  EXPECT_EQ(config.kafka.sasl_password_file, "/etc/fusion-secrets/sasl/password");
  EXPECT_EQ(config.kafka.sasl_username, "shop");
  EXPECT_TRUE(config.kafka.tls);
  ASSERT_EQ(given.pod()["volumes"].size(), 4u);
  EXPECT_EQ(given.pod()["volumes"][3], json::parse(R"({"name": "sasl", "secret": {"secretName": "kafka-user",
      "defaultMode": 288, "items": [{"key": "password", "path": "password"}]}})"));
  EXPECT_EQ(given.container()["volumeMounts"].size(), 4u);
}

TEST(Render, ClaimsAVolumeForEachReplica) {
  Given given;
  EXPECT_EQ(render_config(given.rendering()).state_directory, "") << "the root file system is read-only";
  given.volume = api::Volume{"5Gi", "fast", {"ReadWriteMany"}};
  EXPECT_EQ(render_config(given.rendering()).state_directory, "/var/lib/fusion");
  const auto claims = given.set()["spec"]["volumeClaimTemplates"];
  ASSERT_EQ(claims.size(), 1u);
  EXPECT_EQ(claims[0]["metadata"]["name"], "state");
  EXPECT_EQ(claims[0]["metadata"]["labels"][controllers::kChildLabel], child_name("orders", "clicks"));
  EXPECT_EQ(claims[0]["spec"]["storageClassName"], "fast");
  EXPECT_EQ(claims[0]["spec"]["accessModes"], json::array({"ReadWriteMany"}));
  EXPECT_EQ(given.container()["volumeMounts"][1],
            (json{{"name", "state"}, {"mountPath", "/var/lib/fusion"}}));
}

TEST(Render, ClaimsTheDefaultStorageClassOnceByOnePodUnlessToldOtherwise) {
  Given given;
  given.volume = api::Volume{"5Gi", std::nullopt, {}};
  const auto spec = given.set()["spec"]["volumeClaimTemplates"][0]["spec"];
  EXPECT_FALSE(spec.contains("storageClassName"));
  EXPECT_EQ(spec["accessModes"], json::array({"ReadWriteOnce"}));
}

TEST(Render, TellsAChangeOfTheOperatorFromOneOfTheUser) {
  Given given;
  const auto hash = given.hash();
  const auto inputs = given.inputs();

  given.options.bridge_image = "fusion-bridge:2";
  EXPECT_NE(given.hash(), hash);
  EXPECT_EQ(given.inputs(), inputs);

  given.pipeline.spec.bridges[0].replicas = 3;
  EXPECT_NE(given.inputs(), inputs);
}

TEST(Render, HashesSecretsAndSuspensionAsTheUsersChanges) {
  Given given;
  const auto inputs = given.inputs();
  given.pipeline.spec.suspend = true;
  EXPECT_NE(given.inputs(), inputs);
  given = {};
  given.connection.kafka = secured_kafka();
  const auto secured = given.inputs();
  given.connection.kafka.tls->ca_secret->name = "other-ca";
  EXPECT_NE(given.inputs(), secured);
}

}  // namespace
}  // namespace fusion::bridges
