#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "kafka/error.h"

namespace fusion::kafka {

enum class RequestKind {
  DescribeCluster,
  DescribeTopics,
  DescribeConfigs,
  DescribeBrokerConfigs,
  CreateTopics,
  AddPartitions,
  AlterConfigs,
  DeleteTopics,
  ListOffsets,
  GroupOffsets,
  DescribeGroup,
  DeleteGroup,
};

/// One request that was made and has ended.
struct RequestSample {
  RequestKind kind = RequestKind::DescribeCluster;
  std::size_t items = 0;  ///< topics in it, or 1
  std::chrono::milliseconds took{0};
  std::optional<Reason> failed;  ///< why the request as a whole failed; errors of single items are not here
};

}  // namespace fusion::kafka
