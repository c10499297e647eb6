#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "kafka/admin.h"

namespace fusion::faults {

/// Looks at a group's committed offsets all the time, on a thread of its own, and notes when one of them, or
/// what its metadata counts, goes back. Looks that Kafka does not answer are left out.
///
/// A broker that comes back after a crash has been seen (Kafka 4.1.0, on a starved machine) to answer with
/// offsets that ascended through the group's past until they were the last ones: its coordinator answers
/// while it still loads, when it loses and regains its leadership meanwhile. These are counted for
/// themselves. A partition that stays behind shows nothing new any more, so that whoever waits for progress
/// notices.
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
  /// The broker was killed: a partition may be behind until it is seen where it was.
  void broker_was_killed();
  /// Answers for a partition that was behind after the broker's end.
  std::int64_t behind() const;

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
  std::set<std::int32_t> returning_;  ///< not yet seen where they were since the broker's end
  std::vector<std::string> setbacks_;
  std::int64_t behind_ = 0;
  std::int64_t looks_ = 0;
  std::jthread thread_;  ///< the last member: it uses the others
};

}  // namespace fusion::faults
