#include "tests/unit/controllers/builders.h"

#include <algorithm>
#include <stdexcept>

namespace fusion::test {
namespace {

bool has_topic(const api::Spec& spec, const std::string& name) {
  return std::any_of(spec.topics.begin(), spec.topics.end(),
                     [&](const auto& topic) { return topic.name == name; });
}

api::Stage with_topics(const std::string& name, const std::string& input, const std::string& output) {
  api::Stage stage;
  stage.name = name;
  if (!input.empty()) stage.inputs.push_back({input});
  if (!output.empty()) stage.outputs.push_back({output});
  return stage;
}

}  // namespace

PipelineBuilder::PipelineBuilder() {
  pipeline_.metadata.name = "orders";
  pipeline_.metadata.namespace_name = "shop";
  pipeline_.metadata.uid = kUid;
  pipeline_.metadata.generation = 3;
  pipeline_.metadata.creation_timestamp = std::chrono::sys_seconds(std::chrono::seconds(1000));
  pipeline_.spec.kafka = own_connection().kafka;
}

PipelineBuilder& PipelineBuilder::named(const std::string& name) {
  pipeline_.metadata.name = name;
  return *this;
}
PipelineBuilder& PipelineBuilder::in_namespace(const std::string& name) {
  pipeline_.metadata.namespace_name = name;
  return *this;
}
PipelineBuilder& PipelineBuilder::with_topic(const std::string& name, const TopicOptions& options) {
  pipeline_.spec.topics.push_back(
      {name, options.management, options.partitions, options.replication_factor, options.config});
  return *this;
}
PipelineBuilder& PipelineBuilder::with_bridge(const std::string& name, const BridgeOptions& options) {
  if (!has_topic(pipeline_.spec, options.from)) with_topic(options.from);
  if (!has_topic(pipeline_.spec, options.to)) with_topic(options.to);
  api::Bridge bridge;
  bridge.name = name;
  bridge.from.topic = options.from;
  bridge.to_topic = options.to;
  bridge.replicas = options.replicas;
  pipeline_.spec.bridges.push_back(bridge);
  return *this;
}
PipelineBuilder& PipelineBuilder::with_stage(const std::string& name, const std::string& input,
                                             const std::string& output) {
  api::Stage stage;
  stage.name = name;
  stage.inputs.push_back({input, ""});
  stage.outputs.push_back({output});
  pipeline_.spec.stages.push_back(stage);
  return *this;
}
PipelineBuilder& PipelineBuilder::with(const api::Stage& stage) {
  for (const auto& input : stage.inputs) {
    if (!has_topic(pipeline_.spec, input.topic)) with_topic(input.topic);
  }
  for (const auto& output : stage.outputs) {
    if (!has_topic(pipeline_.spec, output.topic)) with_topic(output.topic);
  }
  pipeline_.spec.stages.push_back(stage);
  return *this;
}
PipelineBuilder& PipelineBuilder::with_volume(const std::string& size,
                                              std::optional<std::string> storage_class) {
  pipeline_.spec.checkpoints.volume = api::Volume{size, std::move(storage_class), {}};
  return *this;
}
PipelineBuilder& PipelineBuilder::with_kafka(const api::Kafka& kafka) {
  pipeline_.spec.kafka = kafka;
  return *this;
}
PipelineBuilder& PipelineBuilder::without_kafka() {
  pipeline_.spec.kafka.reset();
  return *this;
}
PipelineBuilder& PipelineBuilder::with_annotation(const std::string& key, const std::string& value) {
  pipeline_.metadata.annotations[key] = value;
  return *this;
}
PipelineBuilder& PipelineBuilder::with_recorded(const api::TopicStatus& topic) {
  pipeline_.status.topics.push_back(topic);
  return *this;
}
PipelineBuilder& PipelineBuilder::with_recorded_bridge(const std::string& name, const std::string& from,
                                                       const std::string& to, const std::string& state) {
  api::BridgeStatus status;
  status.name = name;
  status.from_topic = from;
  status.to_topic = to;
  status.state = state;
  pipeline_.status.bridges.push_back(status);
  return *this;
}
PipelineBuilder& PipelineBuilder::with_finalizer() {
  pipeline_.metadata.finalizers.push_back(api::kFinalizer);
  return *this;
}
PipelineBuilder& PipelineBuilder::under_delete() {
  pipeline_.spec.deletion_policy = api::DeletionPolicy::kDelete;
  return *this;
}
PipelineBuilder& PipelineBuilder::suspended() {
  pipeline_.spec.suspend = true;
  return *this;
}
PipelineBuilder& PipelineBuilder::deleted_at(std::chrono::sys_seconds time) {
  pipeline_.metadata.deletion_timestamp = time;
  return *this;
}

api::Stage a_flink_stage(const std::string& name, const std::string& input, const std::string& output) {
  auto stage = with_topics(name, input, output);
  stage.workload_template =
      api::WorkloadTemplate{"flink.apache.org/v1beta1",
                            "FlinkDeployment",
                            {},
                            {},
                            R"({"image":"flink:1","job":{"jarURI":"local:///job.jar"}})"};
  return stage;
}
api::Stage a_session_job(const std::string& name, const std::string& input, const std::string& output) {
  auto stage = a_flink_stage(name, input, output);
  stage.workload_template->kind = "FlinkSessionJob";
  stage.workload_template->spec = R"({"deploymentName":"session","job":{"jarURI":"local:///job.jar"}})";
  return stage;
}
api::Stage a_spark_stage(const std::string& name, const std::string& input, const std::string& output) {
  auto stage = with_topics(name, input, output);
  stage.engine = api::Engine::kSpark;
  stage.workload_template = api::WorkloadTemplate{
      "sparkoperator.k8s.io/v1beta2", "SparkApplication", {}, {}, R"({"image":"spark:1"})"};
  return stage;
}
api::Stage an_apache_spark_stage(const std::string& name, const std::string& input,
                                 const std::string& output) {
  auto stage = a_spark_stage(name, input, output);
  stage.workload_template->api_version = "spark.apache.org/v1";
  return stage;
}
api::Stage a_batch(const std::string& name, const std::string& input, const std::string& output) {
  auto stage = a_spark_stage(name, input, output);
  stage.mode = api::Mode::kBatch;
  return stage;
}
api::Stage a_ref(const std::string& name, const std::string& input, const std::string& output, bool manage) {
  auto stage = with_topics(name, input, output);
  stage.workload_ref = api::WorkloadRef{"flink.apache.org/v1beta1", "FlinkDeployment", name, manage};
  return stage;
}
api::Stage after(api::Stage stage, const std::string& other, api::Until until) {
  stage.start_after.push_back({other, until});
  return stage;
}
api::Stage running(api::Stage stage, const std::string& spec) {
  stage.workload_template->spec = spec;
  return stage;
}

PipelineBuilder a_pipeline() { return {}; }

api::TopicStatus recorded(const std::string& name, std::vector<std::string> set_keys) {
  api::TopicStatus status;
  status.name = name;
  status.state = api::TopicState::kReady;
  status.topic_id = "id-" + name;
  status.partitions = 1;
  status.replication_factor = 1;
  status.managed = true;
  status.cluster_id = kCluster;
  status.set_keys = std::move(set_keys);
  return status;
}

api::TopicStatus created(const std::string& name, std::vector<std::string> set_keys) {
  auto status = recorded(name, std::move(set_keys));
  status.created = true;
  return status;
}

api::TopicStatus creating(const std::string& name, std::vector<std::string> set_keys) {
  auto status = created(name, std::move(set_keys));
  status.state = api::TopicState::kCreating;
  status.topic_id.clear();
  status.partitions = 0;
  status.replication_factor = 0;
  return status;
}

KafkaBuilder& KafkaBuilder::with(const std::string& topic, const FoundOptions& options) {
  auto& seen = observed_.topics[topic];
  seen.state = topics::ObservedTopic::State::kFound;
  seen.topic_id = options.id.empty() ? "id-" + topic : options.id;
  seen.partitions = options.partitions;
  seen.replication_factor = options.replication_factor;
  seen.config = options.config;
  if (observed_.cluster_id.empty()) observed_.cluster_id = kCluster;
  return *this;
}
KafkaBuilder& KafkaBuilder::without(const std::string& topic) {
  observed_.topics[topic].state = topics::ObservedTopic::State::kAbsent;
  if (observed_.cluster_id.empty()) observed_.cluster_id = kCluster;
  return *this;
}
KafkaBuilder& KafkaBuilder::failing(const std::string& topic, const controllers::Failure& failure) {
  observed_.topics[topic].failure = failure;
  return *this;
}
KafkaBuilder& KafkaBuilder::in_cluster(const std::string& id) {
  observed_.cluster_id = id;
  return *this;
}
KafkaBuilder& KafkaBuilder::down() {
  observed_.topics.clear();
  observed_.failure = controllers::Failure{"KafkaUnreachable", "kafka:9092 does not answer", false};
  return *this;
}
KafkaBuilder& KafkaBuilder::claimed_by(const topics::Claim& claim) {
  observed_.claims.push_back(claim);
  return *this;
}

KafkaBuilder kafka_with(const std::string& topic, const FoundOptions& options) {
  return KafkaBuilder().with(topic, options);
}
KafkaBuilder kafka_without(const std::string& topic) { return KafkaBuilder().without(topic); }
KafkaBuilder a_kafka() { return KafkaBuilder().in_cluster(kCluster); }

topics::Claim claim(const std::string& topic, const std::string& pipeline, const std::string& uid,
                    int created_at_s) {
  topics::Claim claim;
  claim.cluster_id = kCluster;
  claim.topic = topic;
  claim.pipeline = pipeline;
  claim.uid = uid;
  claim.created_at = std::chrono::sys_seconds(std::chrono::seconds(created_at_s));
  claim.wants = true;
  return claim;
}

controllers::Settings settings() {
  controllers::Settings settings;
  settings.installation_id = "0a1b2c3d";
  settings.bridge_image = "fusion-bridge:1";
  return settings;
}

controllers::Settings settings_with_default(const topics::TopicPolicy& policy) {
  auto result = settings();
  api::Kafka kafka;
  kafka.bootstrap_servers = "default:9092";
  result.default_connection = controllers::DefaultConnection{kafka, policy};
  return result;
}

controllers::Connection own_connection() {
  controllers::Connection connection;
  connection.kafka.bootstrap_servers = "kafka:9092";
  return connection;
}

api::Kafka secured_kafka() {
  api::Kafka kafka;
  kafka.bootstrap_servers = "kafka:9093";
  kafka.tls = api::Tls{api::SecretKey{"kafka-ca", "ca.crt"}, "kafka-client"};
  kafka.sasl = api::Sasl{"SCRAM-SHA-512", "shop", {"kafka-user", "password"}};
  return kafka;
}

controllers::ObservedSecrets good_secrets() {
  using controllers::ObservedSecret;
  const auto found = ObservedSecret::State::kFound;
  return {{"kafka-ca", {found, true, {"ca.crt"}}},
          {"kafka-client", {found, true, {"tls.crt", "tls.key"}}},
          {"kafka-user", {found, true, {"password"}}}};
}

const api::Condition& condition(const api::Status& status, const std::string& type) {
  for (const auto& condition : status.conditions) {
    if (condition.type == type) return condition;
  }
  throw std::logic_error("no condition " + type);
}

}  // namespace fusion::test
