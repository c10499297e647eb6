#include "kafka/group_renewal.h"

#include <pthread.h>

#include <utility>

#include "kafka/client_conf.h"
#include "kafka/handles.h"
#include "kafka/librdkafka_error.h"

namespace fusion::kafka {
namespace {

constexpr int kPoll_ms = 100;
constexpr std::chrono::seconds kLeaveWithin{3};

Result<ConsumerHandle> consumer_of(const Connection& connection, const std::string& group) {
  auto conf =
      client_conf(connection, {
                                  {"group.id", group},
                                  // The bridges' own: a group takes in only members with one in common.
                                  {"partition.assignment.strategy", "range"},
                                  // What is left behind by a process that dies here is soon forgotten.
                                  {"session.timeout.ms", "10000"},
                                  {"enable.auto.commit", "false"},
                                  {"enable.metrics.push", "false"},
                                  {"log.queue", "false"},
                              });
  if (!conf) return tl::make_unexpected(std::move(conf.error()));
  rd_kafka_conf_set_events(conf->get(), RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE);
  // The Admin's own client logs the same connection's troubles.
  rd_kafka_conf_set_log_cb(conf->get(), nullptr);
  return new_consumer(std::move(*conf));
}

Error closed(const std::string& group) {
  return {Reason::Closed, "group " + group + ": the Kafka client was closed before the answer", false};
}

/// A member of a group for a moment. It holds no partition, so it neither reads nor commits.
class Visit {
 public:
  Visit(ConsumerHandle consumer, std::string group)
      : consumer_(std::move(consumer)),
        group_(std::move(group)),
        events_(rd_kafka_queue_get_consumer(consumer_.get())) {
    rd_kafka_poll_set_consumer(consumer_.get());
  }

  Result<void> begin(const std::string& topic) {
    const TopicPartitionListHandle topics(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(topics.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
    const auto error = rd_kafka_subscribe(consumer_.get(), topics.get());
    if (error) return tl::make_unexpected(to_error(error, subject(), ""));
    return {};
  }

  bool has_joined() const { return joined_; }
  const std::optional<Error>& trouble() const { return trouble_; }

  /// Waits a moment for something to happen.
  void poll() {
    const EventHandle event(rd_kafka_queue_poll(events_.get(), kPoll_ms));
    if (!event) return;
    const auto code = rd_kafka_event_error(event.get());
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_ERROR) {
      trouble_ = to_error(code, subject(), rd_kafka_event_error_string(event.get()));
    } else if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE) {
      joined_ = joined_ || code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
      const TopicPartitionListHandle none(rd_kafka_topic_partition_list_new(0));
      rd_kafka_assign(consumer_.get(), code == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS ? none.get() : nullptr);
    }
  }

  /// A member that does not get away in time is forgotten by the broker when its session ends.
  void leave() {
    const ErrorHandle error(rd_kafka_consumer_close_queue(consumer_.get(), events_.get()));
    const auto deadline = std::chrono::steady_clock::now() + kLeaveWithin;
    while (!error && rd_kafka_consumer_closed(consumer_.get()) == 0 &&
           std::chrono::steady_clock::now() < deadline) {
      poll();
    }
  }

 private:
  std::string subject() const { return "group " + group_; }

  ConsumerHandle consumer_;
  std::string group_;
  QueueHandle events_;
  bool joined_ = false;
  std::optional<Error> trouble_;
};

}  // namespace

GroupRenewal::GroupRenewal(Connection connection, std::chrono::milliseconds timeout)
    : connection_(std::move(connection)), timeout_(timeout) {}

GroupRenewal::~GroupRenewal() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void GroupRenewal::renew(std::string group, std::string topic, Callback<Result<void>> done) {
  const std::lock_guard lock(mutex_);
  wishes_.push_back({std::move(group), std::move(topic), std::move(done), Clock::now()});
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  changed_.notify_one();
}

void GroupRenewal::run() {
  pthread_setname_np(pthread_self(), "kafka-renewal");
  while (const auto wish = next()) wish->done(grant(*wish));
}

/// None: it is time to stop, and nothing is outstanding.
std::optional<GroupRenewal::Wish> GroupRenewal::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopping_ || !wishes_.empty(); });
  if (wishes_.empty()) return std::nullopt;
  auto wish = std::move(wishes_.front());
  wishes_.pop_front();
  return wish;
}

bool GroupRenewal::is_stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

Result<void> GroupRenewal::grant(const Wish& wish) {
  if (is_stopping()) return tl::make_unexpected(closed(wish.group));
  if (Clock::now() - wish.submitted < timeout_) return join_and_leave(wish);
  return tl::make_unexpected(
      Error{Reason::Timeout, "group " + wish.group + ": not renewed yet, because other groups were before it",
            true});
}

Result<void> GroupRenewal::join_and_leave(const Wish& wish) {
  auto consumer = consumer_of(connection_, wish.group);
  if (!consumer) return tl::make_unexpected(std::move(consumer.error()));
  Visit visit(std::move(*consumer), wish.group);
  if (auto begun = visit.begin(wish.topic); !begun) return begun;
  const auto deadline = Clock::now() + timeout_;
  while (!visit.has_joined()) {
    if (is_stopping()) return tl::make_unexpected(closed(wish.group));
    const auto& trouble = visit.trouble();
    if (trouble && !trouble->retriable && trouble->reason != Reason::Other)
      return tl::make_unexpected(*trouble);
    if (Clock::now() > deadline) {
      return tl::make_unexpected(trouble.value_or(Error{
          Reason::Timeout, "group " + wish.group + ": its coordinator does not let a member in", true}));
    }
    visit.poll();
  }
  visit.leave();
  return {};
}

}  // namespace fusion::kafka
