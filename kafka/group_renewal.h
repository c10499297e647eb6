#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "kafka/admin.h"
#include "kafka/connection.h"

namespace fusion::kafka {

/// Keeps the offsets of empty groups from expiring: what Admin::renew_group() promises.
///
/// One group after another, on a thread of its own ("kafka-renewal") that starts with the first of them.
/// Callbacks come on that thread. The destructor answers what is outstanding with Closed and returns within
/// three seconds. Thread-safe.
class GroupRenewal {
 public:
  /// `timeout` bounds the wait for earlier groups, and then the wait for the broker to let the member in.
  GroupRenewal(Connection connection, std::chrono::milliseconds timeout);
  ~GroupRenewal();

  GroupRenewal(const GroupRenewal&) = delete;
  GroupRenewal& operator=(const GroupRenewal&) = delete;

  void renew(std::string group, std::string topic, Callback<Result<void>> done);

 private:
  using Clock = std::chrono::steady_clock;

  struct Wish {
    std::string group;
    std::string topic;
    Callback<Result<void>> done;
    Clock::time_point submitted;
  };

  void run();
  std::optional<Wish> next();
  bool is_stopping();
  Result<void> grant(const Wish& wish);
  Result<void> join_and_leave(const Wish& wish);

  const Connection connection_;
  const std::chrono::milliseconds timeout_;

  std::mutex mutex_;  // guards what is below it
  std::condition_variable changed_;
  std::deque<Wish> wishes_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace fusion::kafka
