#include "kafka/answers.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "kafka/handles.h"
#include "kafka/topic_id.h"

namespace fusion::kafka {
namespace {

using Answers = std::map<std::string, Answer>;

std::string text(const char* c_string) { return c_string == nullptr ? "" : c_string; }

/// librdkafka's getters give an array and write its length to a pointer.
template <class Getter, class Object>
auto list(Getter getter, const Object* object) {
  std::size_t count = 0;
  auto* first = getter(object, &count);
  return std::span(first, first == nullptr ? 0 : count);
}

class Reader {
 public:
  Reader(RequestKind kind, const Explain& explain) : kind_(kind), explain_(explain) {}

  Answer answer(const std::string& name, rd_kafka_resp_err_t code, const char* detail, Value value) const {
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return value;
    return tl::make_unexpected(explain_(code, subject(kind_, name), text(detail)));
  }

  Answer answer(const std::string& name, const rd_kafka_error_t* error, Value value) const {
    return answer(name, rd_kafka_error_code(error), error == nullptr ? nullptr : rd_kafka_error_string(error),
                  std::move(value));
  }

  Answers topic_results(std::span<const rd_kafka_topic_result_t*> results) const {
    Answers answers;
    for (const auto* result : results) {
      const std::string name = text(rd_kafka_topic_result_name(result));
      answers.insert_or_assign(name, answer(name, rd_kafka_topic_result_error(result),
                                            rd_kafka_topic_result_error_string(result), std::monostate{}));
    }
    return answers;
  }

  Answers resources(std::span<const rd_kafka_ConfigResource_t*> resources) const {
    Answers answers;
    for (const auto* resource : resources) {
      const std::string name = text(rd_kafka_ConfigResource_name(resource));
      Value value;
      if (!is_write(kind_)) value = config(resource);
      answers.insert_or_assign(name,
                               answer(name, rd_kafka_ConfigResource_error(resource),
                                      rd_kafka_ConfigResource_error_string(resource), std::move(value)));
    }
    return answers;
  }

  Answers groups(std::span<const rd_kafka_group_result_t*> results) const {
    Answers answers;
    for (const auto* result : results) {
      const std::string name = text(rd_kafka_group_result_name(result));
      Value value;
      if (kind_ == RequestKind::GroupOffsets) value = committed(rd_kafka_group_result_partitions(result));
      answers.insert_or_assign(name, answer(name, rd_kafka_group_result_error(result), std::move(value)));
    }
    return answers;
  }

  Answers cluster(const rd_kafka_DescribeCluster_result_t* result) const {
    ClusterDescription cluster{text(rd_kafka_DescribeCluster_result_cluster_id(result)), {}};
    for (const auto* node : list(rd_kafka_DescribeCluster_result_nodes, result)) {
      cluster.brokers.push_back(rd_kafka_Node_id(node));
    }
    std::sort(cluster.brokers.begin(), cluster.brokers.end());
    return {{"", std::move(cluster)}};
  }

  Answers topics(const rd_kafka_DescribeTopics_result_t* result) const {
    Answers answers;
    for (const auto* topic : list(rd_kafka_DescribeTopics_result_topics, result)) {
      const std::string name = text(rd_kafka_TopicDescription_name(topic));
      const auto* error = rd_kafka_TopicDescription_error(topic);
      const bool ok = rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_NO_ERROR;
      answers.insert_or_assign(name, answer(name, error, ok ? description(topic) : Value{}));
    }
    return answers;
  }

  Answers offsets(const rd_kafka_ListOffsets_result_t* result) const {
    std::map<std::string, PerPartition<ListedOffset>> by_topic;
    for (const auto* info : list(rd_kafka_ListOffsets_result_infos, result)) {
      const auto* partition = rd_kafka_ListOffsetsResultInfo_topic_partition(info);
      const TopicPartition key{text(partition->topic), partition->partition};
      auto& offsets = by_topic[key.topic];
      if (partition->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        offsets.insert_or_assign(key, tl::make_unexpected(partition_error(key, partition->err)));
        continue;
      }
      ListedOffset listed;
      if (partition->offset >= 0) listed.offset = partition->offset;
      const auto timestamp_ms = rd_kafka_ListOffsetsResultInfo_timestamp(info);
      if (timestamp_ms >= 0) listed.timestamp_ms = timestamp_ms;
      offsets.insert_or_assign(key, listed);
    }
    Answers answers;
    for (auto& [topic, offsets] : by_topic) answers.insert_or_assign(topic, Value{std::move(offsets)});
    return answers;
  }

  Answers described_groups(const rd_kafka_DescribeConsumerGroups_result_t* result) const {
    Answers answers;
    for (const auto* group : list(rd_kafka_DescribeConsumerGroups_result_groups, result)) {
      const std::string name = text(rd_kafka_ConsumerGroupDescription_group_id(group));
      const auto* error = rd_kafka_ConsumerGroupDescription_error(group);
      // KIP-1043: brokers from 4.0 may answer so where older ones say that the state is Dead.
      if (rd_kafka_error_code(error) == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) {
        answers.insert_or_assign(name, Value{GroupDescription{GroupState::Dead, 0}});
        continue;
      }
      const GroupDescription description{group_state(rd_kafka_ConsumerGroupDescription_state(group)),
                                         rd_kafka_ConsumerGroupDescription_member_count(group)};
      answers.insert_or_assign(name, answer(name, error, description));
    }
    return answers;
  }

 private:
  Error partition_error(const TopicPartition& key, rd_kafka_resp_err_t code) const {
    return explain_(code, "topic " + key.topic + ", partition " + std::to_string(key.partition), "");
  }

  static Config config(const rd_kafka_ConfigResource_t* resource) {
    Config config;
    for (const auto* entry : list(rd_kafka_ConfigResource_configs, resource)) {
      ConfigEntry value{std::nullopt, source(rd_kafka_ConfigEntry_source(entry)),
                        rd_kafka_ConfigEntry_is_read_only(entry) == 1};
      if (const char* raw = rd_kafka_ConfigEntry_value(entry)) value.value = raw;
      config.insert_or_assign(text(rd_kafka_ConfigEntry_name(entry)), std::move(value));
    }
    return config;
  }

  static ConfigSource source(rd_kafka_ConfigSource_t source) {
    switch (source) {
      case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG:
        return ConfigSource::Topic;
      case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_BROKER_CONFIG:
        return ConfigSource::Broker;
      case RD_KAFKA_CONFIG_SOURCE_DYNAMIC_DEFAULT_BROKER_CONFIG:
        return ConfigSource::BrokerDefault;
      case RD_KAFKA_CONFIG_SOURCE_STATIC_BROKER_CONFIG:
        return ConfigSource::StaticBroker;
      case RD_KAFKA_CONFIG_SOURCE_DEFAULT_CONFIG:
        return ConfigSource::Default;
      default:
        return ConfigSource::Unknown;
    }
  }

  static GroupState group_state(rd_kafka_consumer_group_state_t state) {
    switch (state) {
      case RD_KAFKA_CONSUMER_GROUP_STATE_PREPARING_REBALANCE:
        return GroupState::PreparingRebalance;
      case RD_KAFKA_CONSUMER_GROUP_STATE_COMPLETING_REBALANCE:
        return GroupState::CompletingRebalance;
      case RD_KAFKA_CONSUMER_GROUP_STATE_STABLE:
        return GroupState::Stable;
      case RD_KAFKA_CONSUMER_GROUP_STATE_DEAD:
        return GroupState::Dead;
      case RD_KAFKA_CONSUMER_GROUP_STATE_EMPTY:
        return GroupState::Empty;
      default:
        return GroupState::Unknown;
    }
  }

  static TopicDescription description(const rd_kafka_TopicDescription_t* topic) {
    TopicDescription description;
    description.name = text(rd_kafka_TopicDescription_name(topic));
    description.internal = rd_kafka_TopicDescription_is_internal(topic) == 1;
    if (const auto* id = rd_kafka_TopicDescription_topic_id(topic)) {
      description.topic_id =
          topic_id_text(rd_kafka_Uuid_most_significant_bits(id), rd_kafka_Uuid_least_significant_bits(id));
    }
    const auto partitions = list(rd_kafka_TopicDescription_partitions, topic);
    description.partitions.resize(partitions.size());
    for (const auto* info : partitions) {
      const auto number = static_cast<std::size_t>(rd_kafka_TopicPartitionInfo_partition(info));
      if (number >= description.partitions.size()) continue;
      auto& partition = description.partitions[number];
      const auto* leader = rd_kafka_TopicPartitionInfo_leader(info);
      if (leader != nullptr && rd_kafka_Node_id(leader) >= 0) partition.leader = rd_kafka_Node_id(leader);
      partition.replicas = static_cast<int>(list(rd_kafka_TopicPartitionInfo_replicas, info).size());
      partition.in_sync_replicas = static_cast<int>(list(rd_kafka_TopicPartitionInfo_isr, info).size());
    }
    const auto fewest =
        std::min_element(description.partitions.begin(), description.partitions.end(),
                         [](const auto& a, const auto& b) { return a.replicas < b.replicas; });
    if (fewest != description.partitions.end()) description.replication_factor = fewest->replicas;
    return description;
  }

  PerPartition<CommittedOffset> committed(const rd_kafka_topic_partition_list_t* partitions) const {
    PerPartition<CommittedOffset> offsets;
    for (int i = 0; partitions != nullptr && i < partitions->cnt; ++i) {
      const auto& partition = partitions->elems[i];
      const TopicPartition key{text(partition.topic), partition.partition};
      if (partition.err != RD_KAFKA_RESP_ERR_NO_ERROR) {
        offsets.insert_or_assign(key, tl::make_unexpected(partition_error(key, partition.err)));
      } else if (partition.offset >= 0) {  // otherwise: nothing was ever committed
        const auto* metadata = static_cast<const char*>(partition.metadata);
        offsets.insert_or_assign(
            key, CommittedOffset{partition.offset,
                                 metadata == nullptr ? "" : std::string(metadata, partition.metadata_size)});
      }
    }
    return offsets;
  }

  RequestKind kind_;
  const Explain& explain_;
};

}  // namespace

Answers answers_of(rd_kafka_event_t* event, RequestKind kind, const Explain& explain) {
  const Reader read(kind, explain);
  switch (kind) {
    case RequestKind::DescribeCluster:
      return read.cluster(rd_kafka_event_DescribeCluster_result(event));
    case RequestKind::DescribeTopics:
      return read.topics(rd_kafka_event_DescribeTopics_result(event));
    case RequestKind::DescribeConfigs:
    case RequestKind::DescribeBrokerConfigs:
      return read.resources(
          list(rd_kafka_DescribeConfigs_result_resources, rd_kafka_event_DescribeConfigs_result(event)));
    case RequestKind::CreateTopics:
      return read.topic_results(
          list(rd_kafka_CreateTopics_result_topics, rd_kafka_event_CreateTopics_result(event)));
    case RequestKind::AddPartitions:
      return read.topic_results(
          list(rd_kafka_CreatePartitions_result_topics, rd_kafka_event_CreatePartitions_result(event)));
    case RequestKind::AlterConfigs:
      return read.resources(list(rd_kafka_IncrementalAlterConfigs_result_resources,
                                 rd_kafka_event_IncrementalAlterConfigs_result(event)));
    case RequestKind::DeleteTopics:
      return read.topic_results(
          list(rd_kafka_DeleteTopics_result_topics, rd_kafka_event_DeleteTopics_result(event)));
    case RequestKind::ListOffsets:
      return read.offsets(rd_kafka_event_ListOffsets_result(event));
    case RequestKind::GroupOffsets:
      return read.groups(list(rd_kafka_ListConsumerGroupOffsets_result_groups,
                              rd_kafka_event_ListConsumerGroupOffsets_result(event)));
    case RequestKind::DescribeGroup:
      return read.described_groups(rd_kafka_event_DescribeConsumerGroups_result(event));
    case RequestKind::DeleteGroup:
      return read.groups(
          list(rd_kafka_DeleteGroups_result_groups, rd_kafka_event_DeleteGroups_result(event)));
  }
  return {};
}

}  // namespace fusion::kafka
