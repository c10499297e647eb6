#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "kafka/connectivity.h"
#include "kafka/handles.h"
#include "kafka/librdkafka_admin.h"
#include "kafka/request_lanes.h"

namespace fusion::kafka {

/// The thread ("kafka-admin") that sends batches of items, polls librdkafka's queue and answers.
///
/// Everything but post() and the destructor happens on that thread. The destructor answers what is
/// outstanding with Closed, joins the thread, and then ends librdkafka's own threads.
class AdminLoop {
 public:
  using Task = std::function<void()>;

  AdminLoop(ProducerHandle client, std::string where, AdminSettings settings);
  ~AdminLoop();

  AdminLoop(const AdminLoop&) = delete;
  AdminLoop& operator=(const AdminLoop&) = delete;

  /// Has the thread run `task`. Thread-safe; tasks run in the order in which they come.
  void post(Task task);

  /// Within a task only: queues the item.
  void add(Item item) { lanes_.add(std::move(item)); }

 private:
  using Clock = std::chrono::steady_clock;

  struct InFlight {
    Batch batch;
    Clock::time_point sent;
  };

  void run();
  bool run_tasks();
  int wait_ms() const;
  void send(Batch batch);
  void free_lane(Batch& batch, const std::string& name);
  void handle(rd_kafka_event_t* event);
  void answer(const Batch& batch, rd_kafka_event_t* event);
  void sample(const InFlight& flight, rd_kafka_resp_err_t failed) const;
  void log(rd_kafka_event_t* event) const;
  void close();

  const AdminSettings settings_;
  ProducerHandle client_;
  QueueHandle queue_;

  std::mutex mutex_;  // guards inbox_ and stopping_
  std::vector<Task> inbox_;
  bool stopping_ = false;

  // Owned by the thread.
  RequestLanes lanes_;
  Connectivity connectivity_;
  std::map<std::uint64_t, InFlight> in_flight_;  ///< by the batch's id

  std::thread thread_;
};

}  // namespace fusion::kafka
