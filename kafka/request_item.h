#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "kafka/admin.h"
#include "kafka/request_sample.h"

namespace fusion::kafka {

struct OffsetsQuestion {
  std::vector<std::int32_t> partitions;
  OffsetSpec spec;
  IsolationLevel isolation = IsolationLevel::ReadUncommitted;
};

struct GroupOffsetsQuestion {
  std::vector<TopicPartition> partitions;  ///< empty: all
  bool require_stable = false;
};

/// What an item asks for beyond its kind and name.
using Question = std::variant<std::monostate, NewTopic, NewPartitions, ConfigChange, OffsetsQuestion,
                              GroupOffsetsQuestion>;

using Value = std::variant<std::monostate, ClusterDescription, TopicDescription, Config,
                           PerPartition<ListedOffset>, PerPartition<CommittedOffset>, GroupDescription>;
using Answer = Result<Value>;

/// The part of a call that concerns one topic, one group, one broker or the cluster.
struct Item {
  RequestKind kind = RequestKind::DescribeCluster;
  std::string name;  ///< of the topic or group; a broker's id; empty for the cluster
  Question question;
  std::function<void(const Answer&)> answer;  ///< called once
  std::chrono::steady_clock::time_point submitted;
};

/// Changes something in Kafka.
bool is_write(RequestKind kind);

/// What the item is about, "topic flights": the beginning of a message, and the lane in which it waits.
std::string subject(RequestKind kind, const std::string& name);

}  // namespace fusion::kafka
