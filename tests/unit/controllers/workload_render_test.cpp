#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "controllers/children.h"
#include "controllers/stages/observed_stage.h"
#include "controllers/stages/render.h"
#include "tests/unit/controllers/builders.h"

namespace fusion::stages {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace fusion::test;

constexpr char kFlinkContainer[] = "flink-main-container";

struct With {
  bool suspended = false;
  controllers::Connection connection = own_connection();
};

/// Of the pipeline's first stage.
template <typename F>
auto with_rendering(const api::FusionPipeline& pipeline, const With& with, F use) {
  const auto& stage = pipeline.spec.stages.front();
  const auto& workload = *stage.workload_template;
  const auto options = settings();
  return use(Rendering{pipeline, stage, *find_workload_kind(workload.api_version, workload.kind),
                       with.connection, options, std::chrono::minutes(15)});
}

Rendered all_rendered(const api::FusionPipeline& pipeline, const With& with = {}) {
  return with_rendering(pipeline, with, [&](const Rendering& r) {
    auto rendered = render(r, with.suspended);
    if (!rendered) throw std::logic_error("refused: " + rendered.error().field + ": " + rendered.error().why);
    return *rendered;
  });
}

json rendered(const api::FusionPipeline& pipeline, const With& with = {}) {
  return all_rendered(pipeline, with).workload;
}

Refusal refused(const api::FusionPipeline& pipeline) {
  return with_rendering(pipeline, {}, [](const Rendering& r) {
    const auto rendered = render(r, false);
    return rendered ? Refusal{"nothing is refused", ""} : rendered.error();
  });
}

json config_map(const api::FusionPipeline& pipeline, const With& with = {}) {
  return all_rendered(pipeline, with).config_map;
}

PipelineBuilder with_volume(const api::Stage& stage) { return a_pipeline().with(stage).with_volume("1Gi"); }

api::Stage flink(const std::string& spec) {
  return running(a_flink_stage("count", "clicks", "counts"), spec);
}
api::Stage spark(const std::string& spec) {
  return running(a_spark_stage("count", "clicks", "counts"), spec);
}

json named(const json& list, const std::string& name) {
  for (const auto& item : list) {
    if (item.value("name", "") == name) return item;
  }
  return nullptr;
}

json container(const json& pod_template, const std::string& name) {
  return named(pod_template["spec"]["containers"], name);
}

std::string variable(const json& container, const std::string& name) {
  const auto found = named(container["env"], name);
  return found.is_null() ? "(none)" : found.value("value", "(no value)");
}

/// That a pod template has all of the stage contract.
void expect_wired(const json& pod_template, const std::string& name, const api::FusionPipeline& pipeline) {
  SCOPED_TRACE(name);
  const auto child = child_name(pipeline, "count");
  const auto wired = container(pod_template, name);
  ASSERT_FALSE(wired.is_null());
  EXPECT_EQ(variable(wired, "FUSION_INPUT_TOPICS"), "clicks");
  EXPECT_EQ(variable(wired, "FUSION_OUTPUT_TOPICS"), "counts");
  EXPECT_EQ(variable(wired, "FUSION_BOOTSTRAP_SERVERS"), "kafka:9092");
  EXPECT_EQ(variable(wired, "FUSION_ISOLATION_LEVEL"), "read_committed");
  EXPECT_EQ(variable(wired, "FUSION_INPUT_GROUPS"), "0a1b2c3d/shop/orders/stages/count");
  EXPECT_EQ(variable(wired, "FUSION_TRANSACTIONAL_ID_PREFIX"), "0a1b2c3d/shop/orders/stages/count");
  EXPECT_EQ(variable(wired, "FUSION_TRANSACTION_TIMEOUT_MS"), "900000");
  EXPECT_EQ(variable(wired, "FUSION_CHECKPOINT_DIRECTORY"), "file:///var/lib/fusion/checkpoints");

  const auto& volumes = pod_template["spec"]["volumes"];
  const auto& mounts = wired["volumeMounts"];
  EXPECT_EQ(named(volumes, "fusion-stage")["configMap"]["name"], config_map(pipeline)["metadata"]["name"]);
  EXPECT_EQ(named(mounts, "fusion-stage")["mountPath"], "/etc/fusion");
  EXPECT_EQ(named(mounts, "fusion-stage")["readOnly"], true);
  EXPECT_EQ(named(volumes, "fusion-state")["persistentVolumeClaim"]["claimName"], "state-" + child);
  EXPECT_EQ(named(mounts, "fusion-state")["mountPath"], "/var/lib/fusion");
  EXPECT_FALSE(named(mounts, "fusion-state").contains("readOnly"));
  EXPECT_TRUE(pod_template["spec"]["securityContext"].contains("fsGroup"));

  const auto& labels = pod_template["metadata"]["labels"];
  EXPECT_EQ(labels["fusion-operator.io/pipeline"], "orders");
  EXPECT_EQ(labels["fusion-operator.io/stage"], "count");
  EXPECT_EQ(labels["fusion-operator.io/child"], child);
  EXPECT_FALSE(labels.contains("app.kubernetes.io/instance"));
}

TEST(WorkloadRender, WiresTheTemplateThatAllPodsOfAFlinkDeploymentShare) {
  const api::FusionPipeline pipeline = with_volume(a_flink_stage("count", "clicks", "counts"));
  const auto spec = rendered(pipeline)["spec"];
  expect_wired(spec["podTemplate"], kFlinkContainer, pipeline);

  const auto& configuration = spec["flinkConfiguration"];
  EXPECT_EQ(configuration["execution.checkpointing.mode"], "EXACTLY_ONCE");
  EXPECT_EQ(configuration["state.checkpoints.dir"], "file:///var/lib/fusion/checkpoints");
  EXPECT_EQ(configuration["state.savepoints.dir"], "file:///var/lib/fusion/savepoints");
  EXPECT_EQ(configuration["high-availability.type"], "kubernetes");
  EXPECT_EQ(configuration["high-availability.storageDir"], "file:///var/lib/fusion/ha");
  EXPECT_EQ(spec["job"]["state"], "running");
  EXPECT_EQ(spec["job"]["upgradeMode"], "savepoint");
  EXPECT_EQ(spec["image"], "flink:1") << "what the user wrote stays";
}

TEST(WorkloadRender, WiresDriverAndExecutorsOfBothKindsOfSpark) {
  const api::FusionPipeline kubeflow = with_volume(a_spark_stage("count", "clicks", "counts"));
  const auto one = rendered(kubeflow)["spec"];
  expect_wired(one["driver"]["template"], "spark-kubernetes-driver", kubeflow);
  expect_wired(one["executor"]["template"], "spark-kubernetes-executor", kubeflow);
  EXPECT_EQ(one["restartPolicy"]["type"], "Always");

  const api::FusionPipeline apache = with_volume(an_apache_spark_stage("count", "clicks", "counts"));
  const auto other = rendered(apache)["spec"];
  expect_wired(other["driverSpec"]["podTemplateSpec"], "spark-kubernetes-driver", apache);
  expect_wired(other["executorSpec"]["podTemplateSpec"], "spark-kubernetes-executor", apache);
  EXPECT_EQ(other["applicationTolerations"]["restartConfig"]["restartPolicy"], "Always");

  for (const auto& spec : {one, other}) {
    EXPECT_EQ(spec["sparkConf"]["spark.sql.streaming.checkpointLocation"],
              "file:///var/lib/fusion/checkpoints");
    EXPECT_EQ(spec["sparkConf"]["spark.sql.streaming.minBatchesToRetain"], "100");
  }
}

TEST(WorkloadRender, RetriesABatchAndGivesItNoState) {
  const auto one = rendered(with_volume(a_batch("count", "clicks", "counts")))["spec"];
  EXPECT_EQ(one["restartPolicy"]["type"], "OnFailure");
  EXPECT_FALSE(one.contains("sparkConf"));
  const auto driver = container(one["driver"]["template"], "spark-kubernetes-driver");
  EXPECT_TRUE(named(driver["volumeMounts"], "fusion-state").is_null());
  EXPECT_EQ(variable(driver, "FUSION_CHECKPOINT_DIRECTORY"), "(none)");

  auto apache = an_apache_spark_stage("count", "clicks", "counts");
  apache.mode = api::Mode::kBatch;
  EXPECT_EQ(rendered(with_volume(apache))["spec"]["applicationTolerations"]["restartConfig"]["restartPolicy"],
            "OnFailure");

  auto bounded = a_flink_stage("count", "clicks", "counts");
  bounded.mode = api::Mode::kBatch;
  const auto flink = rendered(with_volume(bounded))["spec"];
  EXPECT_EQ(flink["job"]["upgradeMode"], "stateless");
  EXPECT_EQ(flink["job"]["state"], "running");
}

TEST(WorkloadRender, TellsASessionJobByItsParameters) {
  auto pipeline = a_pipeline().with(a_session_job("count", "clicks", "counts"));
  pipeline.value().spec.checkpoints.uri = "s3://state/";
  const auto spec = rendered(pipeline)["spec"];

  const auto& configuration = spec["flinkConfiguration"];
  EXPECT_EQ(configuration["state.checkpoints.dir"], "s3://state/shop/orders/count/checkpoints");
  const auto parameters = configuration["pipeline.global-job-parameters"].get<std::string>();
  EXPECT_THAT(parameters, HasSubstr("'fusion.input.topics:''clicks'''"));
  EXPECT_THAT(parameters, HasSubstr("'fusion.isolation.level:''read_committed'''"));
  EXPECT_FALSE(spec.contains("podTemplate"));
  EXPECT_FALSE(configuration.contains("high-availability.type"));
}

TEST(WorkloadRender, UsesTheUriInThePlaceOfAVolume) {
  auto pipeline = with_volume(a_flink_stage("count", "clicks", "counts"));
  pipeline.value().spec.checkpoints.uri = "s3://state";
  const auto spec = rendered(pipeline)["spec"];
  EXPECT_EQ(spec["flinkConfiguration"]["state.savepoints.dir"], "s3://state/shop/orders/count/savepoints");
  EXPECT_TRUE(named(spec["podTemplate"]["spec"]["volumes"], "fusion-state").is_null());
  EXPECT_FALSE(spec["podTemplate"]["spec"].contains("securityContext"));
}

TEST(WorkloadRender, HasTheContractAsAFileToo) {
  const api::FusionPipeline pipeline = with_volume(a_flink_stage("count", "clicks", "counts"));
  const auto map = config_map(pipeline);
  EXPECT_EQ(map["immutable"], true);
  EXPECT_EQ(map["metadata"]["ownerReferences"][0]["uid"], kUid);
  const auto file = map["data"]["stage.properties"].get<std::string>();
  EXPECT_THAT(file, HasSubstr("input.topics=clicks\n"));
  EXPECT_THAT(file, HasSubstr("isolation.level=read_committed\n"));

  auto other = pipeline;
  other.spec.stages[0].inputs[0].group = "mine";
  EXPECT_NE(config_map(other)["metadata"]["name"], map["metadata"]["name"]) << "it is named by its content";
}

TEST(WorkloadRender, IsOwnedByThePipelineAndFoundByItsLabels) {
  auto stage = a_flink_stage("count", "clicks", "counts");
  stage.workload_template->labels = {{"team", "shop"}, {controllers::kPipelineLabel, "another"}};
  stage.workload_template->annotations = {{"note", "mine"}};
  const auto workload = rendered(with_volume(stage));
  const auto& metadata = workload["metadata"];
  EXPECT_EQ(workload["apiVersion"], "flink.apache.org/v1beta1");
  EXPECT_EQ(workload["kind"], "FlinkDeployment");
  EXPECT_EQ(metadata["namespace"], "shop");
  EXPECT_EQ(metadata["ownerReferences"][0]["uid"], kUid);
  EXPECT_EQ(metadata["ownerReferences"][0]["controller"], true);
  EXPECT_EQ(metadata["labels"]["team"], "shop");
  EXPECT_EQ(metadata["labels"][controllers::kPipelineLabel], "orders")
      << "what the watches select by is ours";
  EXPECT_EQ(metadata["labels"][controllers::kManagedByLabel], "fusion-operator");
  EXPECT_EQ(metadata["annotations"]["note"], "mine");
}

TEST(WorkloadRender, LeavesTheUsersOwnValues) {
  const auto spec = rendered(with_volume(flink(R"({
    "job": {"upgradeMode": "last-state", "parallelism": 2},
    "flinkConfiguration": {"execution.checkpointing.interval": "1 min", "state.checkpoints.dir": "s3://mine",
                           "high-availability.type": "zookeeper"},
    "podTemplate": {"metadata": {"labels": {"team": "shop"}},
                    "spec": {"securityContext": {"fsGroup": 7},
                             "volumes": [{"name": "mine", "emptyDir": {}}],
                             "containers": [{"name": "sidecar"},
                               {"name": "flink-main-container",
                                "env": [{"name": "MINE", "value": "1"},
                                        {"name": "FUSION_SOURCE_IDLE_TIMEOUT_MS", "value": "1"}],
                                "volumeMounts": [{"name": "mine", "mountPath": "/mine"}]}]}}})")))["spec"];
  EXPECT_EQ(spec["job"]["upgradeMode"], "last-state");
  EXPECT_EQ(spec["job"]["parallelism"], 2);
  EXPECT_EQ(spec["flinkConfiguration"]["execution.checkpointing.interval"], "1 min");
  EXPECT_EQ(spec["flinkConfiguration"]["state.checkpoints.dir"], "s3://mine");
  EXPECT_EQ(spec["flinkConfiguration"]["high-availability.type"], "zookeeper");
  const auto& pods = spec["podTemplate"];
  EXPECT_EQ(pods["metadata"]["labels"]["team"], "shop");
  EXPECT_EQ(pods["spec"]["securityContext"]["fsGroup"], 7);
  EXPECT_EQ(pods["spec"]["containers"].size(), 2u);
  const auto wired = container(pods, kFlinkContainer);
  EXPECT_EQ(variable(wired, "MINE"), "1");
  EXPECT_EQ(variable(wired, "FUSION_SOURCE_IDLE_TIMEOUT_MS"), "1");
  EXPECT_EQ(named(wired["volumeMounts"], "mine")["mountPath"], "/mine");

  const auto conf = rendered(with_volume(spark(R"({"restartPolicy": {"type": "Never"},
    "sparkConf": {"spark.sql.streaming.checkpointLocation": "s3://mine", "spark.sql.streaming.minBatchesToRetain": "7"}})")))
      ["spec"];
  EXPECT_EQ(conf["restartPolicy"], json({{"type", "Never"}}));
  EXPECT_EQ(conf["sparkConf"]["spark.sql.streaming.checkpointLocation"], "s3://mine");
  EXPECT_EQ(conf["sparkConf"]["spark.sql.streaming.minBatchesToRetain"], "7");
}

TEST(WorkloadRender, LeavesTemplatesOfTheJobManagersAndTheTaskManagersOwnAsTheyAre) {
  const auto own = json::parse(R"({"spec": {"nodeSelector": {"disk": "fast"}}})");
  const auto spec = rendered(with_volume(
      flink(json{{"job", json::object()}, {"taskManager", {{"podTemplate", own}}}}.dump())))["spec"];
  EXPECT_EQ(spec["taskManager"]["podTemplate"], own);
  EXPECT_FALSE(spec.contains("jobManager"));
}

TEST(WorkloadRender, RefusesWhatWouldBreakTheGuarantee) {
  EXPECT_EQ(refused(with_volume(flink(R"({"job": {"upgradeMode": "stateless"}})"))).field,
            "spec.job.upgradeMode");
  EXPECT_EQ(refused(with_volume(flink(R"({"job": {"state": "running"}})"))).field, "spec.job.state");
  EXPECT_EQ(refused(with_volume(flink(R"({"image": "flink:1"})"))).field, "spec.job");
  EXPECT_EQ(
      refused(with_volume(flink(
                  R"({"job": {}, "flinkConfiguration": {"execution.checkpointing.mode": "AT_LEAST_ONCE"}})")))
          .field,
      "spec.flinkConfiguration[execution.checkpointing.mode]");
  EXPECT_EQ(refused(with_volume(flink(R"({"job": {}, "podTemplate": {"spec": {"containers": [
              {"name": "flink-main-container", "env": [{"name": "FUSION_ISOLATION_LEVEL", "value": "read_uncommitted"}]}]}}})")))
                .field,
            "spec.podTemplate.spec.containers[flink-main-container].env[FUSION_ISOLATION_LEVEL]");
  for (const std::string role : {"jobManager", "taskManager"}) {
    EXPECT_EQ(refused(with_volume(flink(R"({"job": {}, ")" + role + R"(": {"podTemplate": {"spec": {
                "volumes": [{"name": "fusion-state", "emptyDir": {}}]}}}})")))
                  .field,
              "spec." + role + ".podTemplate.spec.volumes[fusion-state]");
  }
  EXPECT_EQ(
      refused(with_volume(spark(R"({"driver": {"template": {"spec": {"containers": [
              {"name": "spark-kubernetes-driver", "env": [{"name": "FUSION_TRANSACTIONAL_ID_PREFIX", "value": "x"}]}]}}}})")))
          .field,
      "spec.driver.template.spec.containers[spark-kubernetes-driver].env[FUSION_TRANSACTIONAL_ID_PREFIX]");
}

TEST(WorkloadRender, TakesAtLeastOnceOfAJobThatWritesNothing) {
  auto stage =
      flink(R"({"job": {}, "flinkConfiguration": {"execution.checkpointing.mode": "AT_LEAST_ONCE"}})");
  stage.outputs.clear();
  EXPECT_EQ(rendered(with_volume(stage))["spec"]["flinkConfiguration"]["execution.checkpointing.mode"],
            "AT_LEAST_ONCE");
}

TEST(WorkloadRender, RefusesWhatMeetsItsVolumes) {
  EXPECT_EQ(refused(with_volume(flink(
                        R"({"job": {}, "podTemplate": {"spec": {"volumes": [{"name": "fusion-state"}]}}})")))
                .field,
            "spec.podTemplate.spec.volumes[fusion-state]");
  EXPECT_EQ(refused(with_volume(flink(R"({"job": {}, "podTemplate": {"spec": {"containers": [
              {"name": "flink-main-container", "volumeMounts": [{"name": "mine", "mountPath": "/etc/fusion"}]}]}}})")))
                .field,
            "spec.podTemplate.spec.containers[flink-main-container].volumeMounts[/etc/fusion]");
}

TEST(WorkloadRender, RefusesAnObjectInTheWrongPlaceByItsName) {
  EXPECT_EQ(refused(with_volume(flink(R"({"job": {}, "flinkConfiguration": []})"))).field,
            "spec.flinkConfiguration");
  EXPECT_EQ(refused(with_volume(flink(R"({"job": {}, "podTemplate": 1})"))).field, "spec.podTemplate");
  EXPECT_EQ(refused(with_volume(flink(R"({"job": {}, "podTemplate": {"spec": {"containers": {}}}})"))).field,
            "spec.podTemplate.spec.containers");
  EXPECT_EQ(refused(with_volume(spark(R"({"sparkConf": "x"})"))).field, "spec.sparkConf");
  EXPECT_EQ(refused(with_volume(spark(R"({"executor": []})"))).field, "spec.executor");
}

TEST(WorkloadRender, RefusesABatchThatIsDeletedBeforeItsEndIsRecorded) {
  const auto batch = [](const std::string& spec) {
    return with_volume(running(a_batch("count", "clicks", "counts"), spec));
  };
  EXPECT_EQ(refused(batch(R"({"timeToLiveSeconds": 86400})")).field, "spec.timeToLiveSeconds");
  auto apache = an_apache_spark_stage("count", "clicks", "counts");
  apache.mode = api::Mode::kBatch;
  const auto tolerating = [&](const std::string& tolerations) {
    return with_volume(running(apache, R"({"applicationTolerations": )" + tolerations + "}"));
  };
  EXPECT_EQ(refused(tolerating(R"({"ttlAfterStopMillis": 10000})")).field,
            "spec.applicationTolerations.ttlAfterStopMillis");
  rendered(tolerating(R"({"ttlAfterStopMillis": -1})"));
}

TEST(WorkloadRender, RefusesABatchThatRunsAgainWithoutEnd) {
  EXPECT_EQ(refused(with_volume(running(a_batch("count", "clicks", "counts"),
                                        R"({"restartPolicy": {"type": "Always"}})")))
                .field,
            "spec.restartPolicy.type");
  EXPECT_EQ(refused(with_volume(spark(R"({"timeToLiveSeconds": 1, "suspend": true})"))).field,
            "spec.suspend");
  rendered(with_volume(spark(R"({"restartPolicy": {"type": "Always"}, "timeToLiveSeconds": 1})")));
}

TEST(WorkloadRender, RefusesAStreamingStageWithNothingToKeepItsStateIn) {
  const auto without = [](const api::Stage& stage) { return a_pipeline().with(stage); };
  EXPECT_EQ(refused(without(flink(R"({"job": {}})"))).field, "spec.flinkConfiguration[state.savepoints.dir]");
  EXPECT_EQ(refused(without(spark("{}"))).field, "spec.sparkConf[spark.sql.streaming.checkpointLocation]");
  EXPECT_EQ(refused(without(an_apache_spark_stage("count", "clicks", "counts"))).field,
            "spec.sparkConf[spark.sql.streaming.checkpointLocation]");
  rendered(without(flink(R"({"job": {}, "flinkConfiguration": {"state.savepoints.dir": "s3://mine"}})")));
  rendered(without(a_batch("count", "clicks", "counts")));
}

TEST(WorkloadRender, RefusesASessionJobWithAVolumeOnly) {
  const auto refusal = refused(with_volume(a_session_job("count", "clicks", "counts")));
  EXPECT_EQ(refusal.field, "spec.flinkConfiguration[state.savepoints.dir]");
  EXPECT_THAT(refusal.why, HasSubstr("checkpoints.uri"));
}

TEST(WorkloadRender, StopsAFlinkJobWithASavepoint) {
  const api::FusionPipeline pipeline = with_volume(a_flink_stage("count", "clicks", "counts"));
  const auto runs = rendered(pipeline);
  auto stops = rendered(pipeline, {.suspended = true});
  EXPECT_EQ(stops["spec"]["job"]["state"], "suspended");
  EXPECT_EQ(stops["spec"]["job"]["upgradeMode"], "savepoint");
  EXPECT_NE(stops["metadata"]["annotations"][controllers::kHashAnnotation],
            runs["metadata"]["annotations"][controllers::kHashAnnotation]);
  stops["spec"]["job"]["state"] = "running";
  EXPECT_EQ(stops["spec"], runs["spec"]) << "nothing else differs";
}

std::string hash_of(const api::FusionPipeline& pipeline,
                    const char* annotation = controllers::kHashAnnotation) {
  return rendered(pipeline)["metadata"]["annotations"][annotation];
}

TEST(WorkloadRender, HasAHashThatOnlyItsContentChanges) {
  const api::FusionPipeline pipeline = with_volume(a_flink_stage("count", "clicks", "counts"));
  auto edited_elsewhere = pipeline;
  edited_elsewhere.metadata.generation = 99;
  edited_elsewhere.spec.topics.push_back({"another", api::Management::kObserved, {}, {}, {}});
  EXPECT_EQ(hash_of(pipeline), hash_of(edited_elsewhere));
  EXPECT_EQ(hash_of(pipeline), hash_of(with_volume(a_flink_stage("count", "clicks", "counts"))));

  auto other_group = pipeline;
  other_group.spec.stages[0].inputs[0].group = "mine";
  EXPECT_NE(hash_of(pipeline), hash_of(other_group));
  EXPECT_NE(hash_of(pipeline, controllers::kInputsAnnotation),
            hash_of(other_group, controllers::kInputsAnnotation));
  EXPECT_EQ(hash_of(pipeline, controllers::kTemplateAnnotation),
            hash_of(other_group, controllers::kTemplateAnnotation))
      << "a wiring is not what the user wants run";
}

TEST(WorkloadRender, HasAnotherTemplateHashForAnotherTemplateOrRunToken) {
  const api::FusionPipeline pipeline = with_volume(a_batch("count", "clicks", "counts"));
  auto other_template = pipeline;
  other_template.spec.stages[0].workload_template->spec = R"({"image":"spark:2"})";
  auto other_token = pipeline;
  other_token.spec.stages[0].run_token = "again";
  for (const auto& other : {other_template, other_token}) {
    EXPECT_NE(hash_of(pipeline), hash_of(other));
    EXPECT_NE(template_hash(pipeline.spec.stages[0]), template_hash(other.spec.stages[0]));
    EXPECT_EQ(hash_of(other, controllers::kTemplateAnnotation), template_hash(other.spec.stages[0]));
  }
}

TEST(WorkloadRender, NamesSecretsOnlyByTheirFiles) {
  controllers::Connection connection;
  connection.kafka = secured_kafka();
  const api::FusionPipeline pipeline =
      with_volume(a_flink_stage("count", "clicks", "counts")).with_kafka(secured_kafka());
  const auto pods = rendered(pipeline, {.connection = connection})["spec"]["podTemplate"];
  const auto wired = container(pods, kFlinkContainer);
  EXPECT_EQ(variable(wired, "FUSION_SECURITY_PROTOCOL"), "SASL_SSL");
  EXPECT_EQ(variable(wired, "FUSION_SASL_USERNAME"), "shop");
  const auto password_file = variable(wired, "FUSION_SASL_PASSWORD_FILE");
  const auto mount = named(wired["volumeMounts"], "fusion-kafka-sasl");
  EXPECT_EQ(password_file, mount["mountPath"].get<std::string>() + "/password");
  EXPECT_EQ(mount["readOnly"], true);
  EXPECT_EQ(named(pods["spec"]["volumes"], "fusion-kafka-sasl")["secret"]["secretName"], "kafka-user");
  for (const auto& variable : wired["env"]) EXPECT_FALSE(variable.contains("valueFrom")) << variable;
  EXPECT_THAT(config_map(pipeline, {.connection = connection}).dump(),
              HasSubstr("sasl.password.file=" + password_file));
}

TEST(WorkloadRender, CountsThePodsThatUseTheVolumeAndTheTasksThatRead) {
  const auto& flink_kind = *find_workload_kind("flink.apache.org/v1beta1", "FlinkDeployment");
  EXPECT_EQ(flink_kind.pods(json::parse(R"({"taskManager": {"replicas": 3}})")), 4);
  EXPECT_EQ(flink_kind.pods(json::object()), 2);
  EXPECT_EQ(flink_kind.parallelism(json::parse(R"({"job": {"parallelism": 3}})")), 3);
  EXPECT_EQ(find_workload_kind("flink.apache.org/v1beta1", "FlinkSessionJob")->pods(json::object()), 0);
  const auto& spark_kind = *find_workload_kind("sparkoperator.k8s.io/v1beta2", "SparkApplication");
  EXPECT_EQ(spark_kind.pods(json::parse(R"({"executor": {"instances": 2}})")), 3);
  EXPECT_EQ(spark_kind.parallelism(json::object()), 0) << "not known";
  EXPECT_EQ(find_workload_kind("apps/v1", "Deployment"), nullptr);
}

TEST(WorkloadRender, ExpectsOfAnInputWhatItsBridgeWasToldOfItsSource) {
  auto pipeline = with_volume(a_flink_stage("count", "clicks-in", "counts")).with_bridge("clicks");
  api::EventTime time;
  time.max_out_of_orderness = std::chrono::seconds(20);
  time.idle_after = std::chrono::seconds(90);
  pipeline.value().spec.bridges[0].event_time = time;
  const auto wired = container(rendered(pipeline)["spec"]["podTemplate"], kFlinkContainer);
  EXPECT_EQ(variable(wired, "FUSION_MAX_OUT_OF_ORDERNESS_MS"), "20000");
  EXPECT_EQ(variable(wired, "FUSION_SOURCE_IDLE_TIMEOUT_MS"), "90000");
}

}  // namespace
}  // namespace fusion::stages
