#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "cli/cluster.h"
#include "cli/replay_request.h"

namespace fusion::cli {

/// What must be known of a topic before letters are put back into it.
struct SourceTopic {
  std::string name;
  std::int32_t partitions = 0;
  std::optional<std::int64_t> retention_ms;  ///< unset: records are not deleted because of their time
};

/// Why this letter cannot be put back, as a sentence that goes on from the letter's place; unset: it can.
/// Pure.
std::optional<std::string> obstacle(const ReplayRequest& request, const SourceTopic& source,
                                    std::int64_t now_ms);

/// Asks Kafka once for each topic, and remembers the answer. Not thread-safe; `cluster` must outlive it.
class SourceTopics {
 public:
  explicit SourceTopics(Cluster& cluster) : cluster_(cluster) {}

  const kafka::Result<SourceTopic>& find(const std::string& topic);

 private:
  kafka::Result<SourceTopic> ask(const std::string& topic);

  Cluster& cluster_;
  std::map<std::string, kafka::Result<SourceTopic>> known_;
};

}  // namespace fusion::cli
