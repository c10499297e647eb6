#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kafka/admin.h"

namespace fusion::faults {

/// Looks at a group's committed offsets all the time, on a thread of its own, and notes when one of them, or
/// what its metadata counts, goes back. Looks that Kafka does not answer are left out.
///
/// Thread-safe. Ends within the Admin's longest answer.
class OffsetWatch {
 public:
  OffsetWatch(kafka::Admin& admin, std::string group);

  struct Seen {
    std::int64_t offset = 0;
    std::int64_t records = 0;
    std::int64_t duplicates = 0;
  };
  /// The newest of each partition.
  std::map<std::int32_t, Seen> seen() const;
  /// Where something went back.
  std::vector<std::string> setbacks() const;
  std::int64_t looks() const;  ///< that Kafka answered

 private:
  void look();
  void note(std::int32_t partition, const kafka::CommittedOffset& committed);

  kafka::Admin& admin_;
  const std::string group_;
  mutable std::mutex mutex_;
  std::map<std::int32_t, Seen> seen_;
  std::vector<std::string> setbacks_;
  std::int64_t looks_ = 0;
  std::jthread thread_;  ///< the last member: it uses the others
};

}  // namespace fusion::faults
