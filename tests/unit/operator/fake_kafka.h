#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "kafka/admin.h"

namespace fusion::op::testing {

/// A Kafka in memory. Answers wait until `answer` is called, on the caller's thread, as an Admin's answers
/// come later and on a thread of its own.
class FakeKafka {
 public:
  struct Topic {
    std::string id;
    int partitions = 1;
    std::map<std::string, std::string> config;
  };

  std::map<std::string, Topic> topics;
  std::map<std::string, kafka::PerPartition<kafka::CommittedOffset>> commits;  ///< by group
  std::map<kafka::TopicPartition, std::int64_t> ends;     ///< the latest offsets; others are 0
  std::map<std::string, kafka::GroupDescription> groups;  ///< others are empty
  std::set<std::string> asked;      ///< topics that were described or whose offsets were listed, and groups
  std::vector<std::string> writes;  ///< such as "create alerts"
  bool down = false;                ///< every answer is Unreachable
  bool silent = false;              ///< no answer comes
  std::map<std::string, kafka::Error> refused;  ///< by topic or group: what its next writes are answered

  /// Gives the answers that are due, and those to what they cause; how many there were.
  int answer();
  std::size_t outstanding() const { return answers_.size(); }

  std::unique_ptr<kafka::Admin> connect();

 private:
  friend class FakeAdmin;
  std::deque<std::function<void()>> answers_;
  int created_ = 0;
};

}  // namespace fusion::op::testing
