#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controllers/pipeline/plan.h"

/// Builders for plans' tests: a world in three lines. The pipeline is shop/orders with the uid "uid-1".
namespace fusion::test {

inline constexpr char kCluster[] = "cluster-1";
inline constexpr char kUid[] = "uid-1";

struct TopicOptions {
  std::optional<int> partitions = std::nullopt;
  std::optional<int> replication_factor = std::nullopt;
  std::map<std::string, std::string> config = {};
  api::Management management = api::Management::kManaged;
};

struct BridgeOptions {
  std::string from = "clicks";
  std::string to = "clicks-in";
  int replicas = 1;
};

/// Streaming stages with a template, which the stage's topics are wired into; an empty topic is none.
api::Stage a_flink_stage(const std::string& name, const std::string& input, const std::string& output);
api::Stage a_session_job(const std::string& name, const std::string& input, const std::string& output);
/// Of Kubeflow's Spark operator.
api::Stage a_spark_stage(const std::string& name, const std::string& input, const std::string& output);
api::Stage an_apache_spark_stage(const std::string& name, const std::string& input,
                                 const std::string& output);
/// A batch of Kubeflow's Spark operator.
api::Stage a_batch(const std::string& name, const std::string& input, const std::string& output);
/// A FlinkDeployment of somebody else's, named as the stage.
api::Stage a_ref(const std::string& name, const std::string& input, const std::string& output, bool manage);
api::Stage after(api::Stage stage, const std::string& other, api::Until until);
/// With another spec in its template.
api::Stage running(api::Stage stage, const std::string& spec);

class PipelineBuilder {
 public:
  PipelineBuilder();
  PipelineBuilder& named(const std::string& name);
  PipelineBuilder& in_namespace(const std::string& name);
  PipelineBuilder& with_topic(const std::string& name, const TopicOptions& options = {});
  /// A bridge and, unless they are there already, its two topics.
  PipelineBuilder& with_bridge(const std::string& name, const BridgeOptions& options = {});
  PipelineBuilder& with_stage(const std::string& name, const std::string& input, const std::string& output);
  /// With those of its topics that are not there already.
  PipelineBuilder& with(const api::Stage& stage);
  PipelineBuilder& with_volume(const std::string& size,
                               std::optional<std::string> storage_class = std::nullopt);
  PipelineBuilder& with_kafka(const api::Kafka& kafka);
  PipelineBuilder& without_kafka();
  PipelineBuilder& with_annotation(const std::string& key, const std::string& value);
  PipelineBuilder& with_recorded(const api::TopicStatus& topic);
  PipelineBuilder& with_recorded_bridge(const std::string& name, const std::string& from,
                                        const std::string& to, const std::string& state = "Running");
  PipelineBuilder& with_finalizer();
  PipelineBuilder& under_delete();
  PipelineBuilder& suspended();
  PipelineBuilder& deleted_at(std::chrono::sys_seconds time);
  operator api::FusionPipeline() const { return pipeline_; }
  api::FusionPipeline& value() { return pipeline_; }

 private:
  api::FusionPipeline pipeline_;
};

PipelineBuilder a_pipeline();

/// A topic as status records it: ready, managed, taken over, its id "id-<name>".
api::TopicStatus recorded(const std::string& name, std::vector<std::string> set_keys = {});
/// The same, created by us.
api::TopicStatus created(const std::string& name, std::vector<std::string> set_keys = {});
/// Creating, as it is written before the topic is created.
api::TopicStatus creating(const std::string& name, std::vector<std::string> set_keys = {});

struct FoundOptions {
  int partitions = 1;
  int replication_factor = 1;
  std::map<std::string, std::string> config = {};
  std::string id = "";  ///< empty: "id-<name>"
};

/// Kafka, answering.
class KafkaBuilder {
 public:
  KafkaBuilder& with(const std::string& topic, const FoundOptions& options = {});
  KafkaBuilder& without(const std::string& topic);
  KafkaBuilder& failing(const std::string& topic, const controllers::Failure& failure);
  KafkaBuilder& in_cluster(const std::string& id);
  KafkaBuilder& down();
  KafkaBuilder& claimed_by(const topics::Claim& claim);
  operator topics::ObservedTopics() const { return observed_; }

 private:
  topics::ObservedTopics observed_;
};

KafkaBuilder kafka_with(const std::string& topic, const FoundOptions& options = {});
KafkaBuilder kafka_without(const std::string& topic);
KafkaBuilder a_kafka();

/// Another pipeline's claim on a topic of kCluster.
topics::Claim claim(const std::string& topic, const std::string& pipeline, const std::string& uid,
                    int created_at_s);

controllers::Settings settings();
/// A default connection that needs no Secret, with this policy.
controllers::Settings settings_with_default(const topics::TopicPolicy& policy = {});
controllers::Connection own_connection();
/// With a CA, a client certificate and a password.
api::Kafka secured_kafka();
/// The Secrets of secured_kafka, in order.
controllers::ObservedSecrets good_secrets();

const api::Condition& condition(const api::Status& status, const std::string& type);

}  // namespace fusion::test
