#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kafka/admin.h"
#include "kafka/connection.h"

namespace fusion::cli {

/// The offsets between which a partition lies. Transaction markers have offsets too.
struct PartitionLog {
  std::int64_t start = 0;       ///< of the first record that is still there
  std::int64_t stable_end = 0;  ///< readers of committed records get as far as this
  std::int64_t end = 0;         ///< the high watermark
  bool operator==(const PartitionLog&) const = default;

  /// A transaction is open, or was a moment ago.
  bool is_held() const { return stable_end < end; }
};

/// A Kafka cluster as a command asks it: each call waits for the answer, for at most twice the Admin's
/// request timeout of 10 s. Not thread-safe.
class Cluster {
 public:
  static kafka::Result<Cluster> connect(const kafka::Connection& connection);

  kafka::Result<kafka::TopicDescription> describe(const std::string& topic);
  /// By partition number.
  kafka::Result<std::vector<PartitionLog>> logs(const kafka::TopicDescription& topic);
  kafka::Result<kafka::Config> config(const std::string& topic);
  kafka::Result<bool> has_group(const std::string& group);

 private:
  explicit Cluster(std::unique_ptr<kafka::Admin> admin) : admin_(std::move(admin)) {}

  std::unique_ptr<kafka::Admin> admin_;
};

}  // namespace fusion::cli
