#include "kafka/requests.h"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "kafka/handles.h"
#include "kafka/librdkafka_error.h"

namespace fusion::kafka {
namespace {

/// librdkafka takes arrays of pointers and copies what they point to.
template <class Object>
std::vector<typename Object::pointer> pointers(const std::vector<Object>& objects) {
  std::vector<typename Object::pointer> result;
  for (const auto& object : objects) result.push_back(object.get());
  return result;
}

class Sender {
 public:
  Sender(rd_kafka_t* client, rd_kafka_queue_t* queue, const Batch& batch, std::chrono::milliseconds timeout)
      : client_(client), queue_(queue), batch_(batch), timeout_ms_(static_cast<int>(timeout.count())) {}

  Sending send() {
    switch (batch_.kind) {
      case RequestKind::DescribeCluster:
        describe_cluster();
        break;
      case RequestKind::DescribeTopics:
        describe_topics();
        break;
      case RequestKind::DescribeConfigs:
        describe_configs(RD_KAFKA_RESOURCE_TOPIC);
        break;
      case RequestKind::DescribeBrokerConfigs:
        describe_configs(RD_KAFKA_RESOURCE_BROKER);
        break;
      case RequestKind::CreateTopics:
        create_topics();
        break;
      case RequestKind::AddPartitions:
        add_partitions();
        break;
      case RequestKind::AlterConfigs:
        alter_configs();
        break;
      case RequestKind::DeleteTopics:
        delete_topics();
        break;
      case RequestKind::ListOffsets:
        list_offsets();
        break;
      case RequestKind::GroupOffsets:
        group_offsets();
        break;
      case RequestKind::DescribeGroup:
        describe_group();
        break;
      case RequestKind::DeleteGroup:
        delete_group();
        break;
    }
    return std::move(sending_);
  }

 private:
  AdminOptionsHandle options(rd_kafka_admin_op_t operation) {
    AdminOptionsHandle options(rd_kafka_AdminOptions_new(client_, operation));
    std::array<char, 256> why{};
    rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms_, why.data(), why.size());
    rd_kafka_AdminOptions_set_opaque(options.get(), reinterpret_cast<void*>(std::uintptr_t{batch_.id}));
    return options;
  }

  /// For requests that the controller works on: how long it may take, as it is told.
  AdminOptionsHandle write_options(rd_kafka_admin_op_t operation) {
    auto result = options(operation);
    std::array<char, 256> why{};
    rd_kafka_AdminOptions_set_operation_timeout(result.get(), timeout_ms_, why.data(), why.size());
    return result;
  }

  void refuse(const std::string& name, Reason reason, const std::string& why) {
    sending_.refused.insert_or_assign(name, Error{reason, subject(batch_.kind, name) + ": " + why, false});
  }

  template <class T>
  const T& question(const std::vector<Item>& items) const {
    return std::get<T>(items.front().question);
  }

  void describe_cluster() {
    rd_kafka_DescribeCluster(client_, options(RD_KAFKA_ADMIN_OP_DESCRIBECLUSTER).get(), queue_);
    sending_.sent = true;
  }

  void describe_topics() {
    std::vector<const char*> names;
    for (const auto& [name, _] : batch_.items) names.push_back(name.c_str());
    const TopicCollectionHandle topics(rd_kafka_TopicCollection_of_topic_names(names.data(), names.size()));
    rd_kafka_DescribeTopics(client_, topics.get(), options(RD_KAFKA_ADMIN_OP_DESCRIBETOPICS).get(), queue_);
    sending_.sent = true;
  }

  void describe_configs(rd_kafka_ResourceType_t type) {
    std::vector<ConfigResourceHandle> resources;
    for (const auto& [name, _] : batch_.items) {
      resources.emplace_back(rd_kafka_ConfigResource_new(type, name.c_str()));
    }
    rd_kafka_DescribeConfigs(client_, pointers(resources).data(), resources.size(),
                             options(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS).get(), queue_);
    sending_.sent = true;
  }

  void create_topics() {
    std::vector<NewTopicHandle> topics;
    for (const auto& [name, items] : batch_.items) {
      const auto& wanted = question<NewTopic>(items);
      std::array<char, 256> why{};
      NewTopicHandle topic(rd_kafka_NewTopic_new(name.c_str(), wanted.partitions.value_or(-1),
                                                 wanted.replication_factor.value_or(-1), why.data(),
                                                 why.size()));
      if (!topic) {
        refuse(name, Reason::InvalidPartitions, why.data());
        continue;
      }
      for (const auto& [key, value] : wanted.config) {
        rd_kafka_NewTopic_set_config(topic.get(), key.c_str(), value.c_str());
      }
      topics.push_back(std::move(topic));
    }
    if (topics.empty()) return;
    rd_kafka_CreateTopics(client_, pointers(topics).data(), topics.size(),
                          write_options(RD_KAFKA_ADMIN_OP_CREATETOPICS).get(), queue_);
    sending_.sent = true;
  }

  void add_partitions() {
    std::vector<NewPartitionsHandle> topics;
    for (const auto& [name, items] : batch_.items) {
      std::array<char, 256> why{};
      const int total = question<NewPartitions>(items).total;
      // librdkafka takes the count as a size_t.
      NewPartitionsHandle partitions(total < 1 ? nullptr
                                               : rd_kafka_NewPartitions_new(name.c_str(),
                                                                            static_cast<std::size_t>(total),
                                                                            why.data(), why.size()));
      if (!partitions) {
        refuse(name, Reason::InvalidPartitions,
               total < 1 ? "a topic has at least one partition" : why.data());
        continue;
      }
      topics.push_back(std::move(partitions));
    }
    if (topics.empty()) return;
    rd_kafka_CreatePartitions(client_, pointers(topics).data(), topics.size(),
                              write_options(RD_KAFKA_ADMIN_OP_CREATEPARTITIONS).get(), queue_);
    sending_.sent = true;
  }

  void alter_configs() {
    std::vector<ConfigResourceHandle> resources;
    for (const auto& [name, items] : batch_.items) {
      const auto& change = question<ConfigChange>(items);
      ConfigResourceHandle resource(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, name.c_str()));
      ErrorHandle error;
      const auto add = [&](const std::string& key, rd_kafka_AlterConfigOpType_t operation,
                           const char* value) {
        if (error) return;
        error.reset(
            rd_kafka_ConfigResource_add_incremental_config(resource.get(), key.c_str(), operation, value));
      };
      for (const auto& [key, value] : change.set) add(key, RD_KAFKA_ALTER_CONFIG_OP_TYPE_SET, value.c_str());
      for (const auto& key : change.reset) add(key, RD_KAFKA_ALTER_CONFIG_OP_TYPE_DELETE, nullptr);
      if (error) {
        refuse(name, Reason::InvalidConfig, rd_kafka_error_string(error.get()));
        continue;
      }
      resources.push_back(std::move(resource));
    }
    if (resources.empty()) return;
    rd_kafka_IncrementalAlterConfigs(client_, pointers(resources).data(), resources.size(),
                                     options(RD_KAFKA_ADMIN_OP_INCREMENTALALTERCONFIGS).get(), queue_);
    sending_.sent = true;
  }

  void delete_topics() {
    std::vector<DeleteTopicHandle> topics;
    for (const auto& [name, _] : batch_.items) topics.emplace_back(rd_kafka_DeleteTopic_new(name.c_str()));
    rd_kafka_DeleteTopics(client_, pointers(topics).data(), topics.size(),
                          write_options(RD_KAFKA_ADMIN_OP_DELETETOPICS).get(), queue_);
    sending_.sent = true;
  }

  void list_offsets() {
    const TopicPartitionListHandle list(
        rd_kafka_topic_partition_list_new(static_cast<int>(batch_.items.size())));
    for (const auto& [name, items] : batch_.items) {
      for (const auto& item : items) {
        const auto& asked = std::get<OffsetsQuestion>(item.question);
        for (const auto partition : asked.partitions) {
          if (rd_kafka_topic_partition_list_find(list.get(), name.c_str(), partition)) continue;
          rd_kafka_topic_partition_list_add(list.get(), name.c_str(), partition)->offset =
              spec_value(asked.spec);
        }
      }
    }
    auto with = options(RD_KAFKA_ADMIN_OP_LISTOFFSETS);
    const auto isolation = question<OffsetsQuestion>(batch_.items.begin()->second).isolation;
    const ErrorHandle error(rd_kafka_AdminOptions_set_isolation_level(
        with.get(), isolation == IsolationLevel::ReadCommitted ? RD_KAFKA_ISOLATION_LEVEL_READ_COMMITTED
                                                               : RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED));
    if (error) return refuse_all(error);
    rd_kafka_ListOffsets(client_, list.get(), with.get(), queue_);
    sending_.sent = true;
  }

  static std::int64_t spec_value(const OffsetSpec& spec) {
    switch (spec.kind) {
      case OffsetSpec::Kind::Earliest:
        return RD_KAFKA_OFFSET_SPEC_EARLIEST;
      case OffsetSpec::Kind::Latest:
        return RD_KAFKA_OFFSET_SPEC_LATEST;
      case OffsetSpec::Kind::AtTimestamp:
        return spec.timestamp_ms;
      case OffsetSpec::Kind::Newest:
        return RD_KAFKA_OFFSET_SPEC_MAX_TIMESTAMP;
    }
    return RD_KAFKA_OFFSET_SPEC_LATEST;
  }

  void group_offsets() {
    const auto& [group, items] = *batch_.items.begin();
    const auto& asked = question<GroupOffsetsQuestion>(items);
    TopicPartitionListHandle list;  // none: all partitions
    if (!asked.partitions.empty()) {
      list.reset(rd_kafka_topic_partition_list_new(static_cast<int>(asked.partitions.size())));
      for (const auto& [topic, partition] : asked.partitions) {
        rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
      }
    }
    auto with = options(RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    const ErrorHandle error(
        rd_kafka_AdminOptions_set_require_stable_offsets(with.get(), asked.require_stable ? 1 : 0));
    if (error) return refuse_all(error);
    const ListGroupOffsetsHandle request(rd_kafka_ListConsumerGroupOffsets_new(group.c_str(), list.get()));
    auto* one = request.get();
    rd_kafka_ListConsumerGroupOffsets(client_, &one, 1, with.get(), queue_);
    sending_.sent = true;
  }

  void describe_group() {
    const char* group = batch_.items.begin()->first.c_str();
    rd_kafka_DescribeConsumerGroups(client_, &group, 1,
                                    options(RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS).get(), queue_);
    sending_.sent = true;
  }

  void delete_group() {
    const DeleteGroupHandle group(rd_kafka_DeleteGroup_new(batch_.items.begin()->first.c_str()));
    auto* one = group.get();
    rd_kafka_DeleteGroups(client_, &one, 1, options(RD_KAFKA_ADMIN_OP_DELETEGROUPS).get(), queue_);
    sending_.sent = true;
  }

  void refuse_all(const ErrorHandle& error) {
    for (const auto& [name, _] : batch_.items) {
      sending_.refused.insert_or_assign(name, to_error(*error, subject(batch_.kind, name)));
    }
  }

  rd_kafka_t* client_;
  rd_kafka_queue_t* queue_;
  const Batch& batch_;
  int timeout_ms_;
  Sending sending_;
};

}  // namespace

Sending send(rd_kafka_t* client, rd_kafka_queue_t* queue, const Batch& batch,
             std::chrono::milliseconds timeout) {
  return Sender(client, queue, batch, timeout).send();
}

}  // namespace fusion::kafka
