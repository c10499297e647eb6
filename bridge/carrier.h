#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/deduplicator.h"
#include "bridge/health.h"
#include "bridge/metrics.h"
#include "bridge/observer.h"
#include "bridge/offset_tracker.h"
#include "bridge/positions.h"
#include "bridge/record_id.h"
#include "bridge/settings.h"
#include "bridge/sink.h"
#include "bridge/source.h"
#include "bridge/topic_guard.h"
#include "bridge/transaction.h"

namespace fusion::bridge {

/// Carries records from the input to the target, exactly once: what is read is written in a transaction, and
/// the input positions are committed in that same transaction.
///
/// One loop on the caller's thread: find positions, read, write, commit when the commit interval is over. A
/// transaction begins with its first record; a bridge at rest sends none. Whatever goes wrong on the way, the
/// transaction is aborted and the positions are read from Kafka again, so that memory never knows better.
///
/// Before each commit, and every 5 s at rest, Kafka is asked whether both topics are still the declared ones.
///
/// Not thread-safe. All references must outlive it.
class Carrier : private Source::Listener {
 public:
  Carrier(const Settings& settings, StartFrom start_from, kafka::Admin& admin, Health& health,
          Metrics& metrics, std::function<bool()> shutdown_requested);
  ~Carrier() override;

  /// Runs until shutdown is requested (ExitCode::kOk) or something forbids to go on.
  Stop run();

 private:
  using Clock = std::chrono::steady_clock;

  // Source::Listener
  void assigned(std::vector<std::int32_t> partitions) override;
  void revoked() override;
  void lost() override;

  std::optional<Stop> open();
  void one_round();
  void find_positions();
  void begin_with(const Beginning& beginning);
  void carry_batch();
  void handle(kafka::MessageHandle message);
  /// The ids of the assigned partitions are known: from now on records are carried.
  void begin_carrying();
  void handle_error(const rd_kafka_message_t& message);
  void read_again(const rd_kafka_message_t& message);
  void carry(kafka::MessageHandle message);
  /// Whether the record is a repeat, which is dropped. False too for a record without an id, where the bridge
  /// stops.
  bool is_new(const rd_kafka_message_t& message);
  /// Waits while the queue is full. kQueueFull: gave up, because something ends or has failed.
  Sink::Produced produce(kafka::MessageHandle& message);
  void watch_topics();
  bool confirm_topics();
  /// Something is staged: it is committed when the commit interval is over.
  void schedule_commit();
  void commit();
  bool commit_positions(const Positions& positions);
  void abort();
  void rewind(const std::string& why);
  void on_failure(const Transaction::Failure& failure);
  void on_delivery_failure();
  /// Commits what was carried before the record that gives the reason, and stops there.
  void stop_before_record(Stop reason);
  void stop_at(const Sink::Refused& refused);
  void report_lag();
  void end();
  bool is_ending() const { return stop_.has_value() || shutdown_requested_(); }
  void stop(Stop stop);

  const Settings& settings_;
  const StartFrom start_from_;
  const std::function<bool()> shutdown_requested_;
  Health& health_;
  Metrics& metrics_;
  Observer observer_;
  TopicGuard topic_guard_;
  OffsetTracker tracker_;
  std::optional<RecordId> record_id_;         ///< none: ExactlyOnce
  std::optional<Deduplicator> deduplicator_;  ///< none: ExactlyOnce

  std::optional<std::vector<std::int32_t>> assigned_;  ///< none: not a member of the group
  bool carrying_ = false;                              ///< positions are known and reading has begun
  Clock::time_point next_attempt_;                     ///< to find positions
  int attempts_ = 0;                                   ///< to carry, since the last commit
  std::optional<Clock::time_point> commit_at_;         ///< set while something is staged
  std::optional<Sink::Refused> refused_;               ///< everything before this record is still carried
  Clock::time_point next_report_;
  Clock::time_point next_check_;  ///< of the topics' ids
  std::optional<Stop> stop_;

  // The sink holds consumed messages: it goes before the source.
  std::unique_ptr<Source> source_;
  std::unique_ptr<Sink> sink_;
  std::optional<Transaction> transaction_;
};

}  // namespace fusion::bridge
