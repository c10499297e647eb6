#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/health.h"
#include "bridge/metrics.h"
#include "bridge/observer.h"
#include "bridge/positions.h"
#include "bridge/rate_limit.h"
#include "bridge/settings.h"
#include "bridge/sink.h"
#include "bridge/source.h"
#include "bridge/topic_guard.h"
#include "bridge/transfer.h"

namespace fusion::bridge {

/// Carries records from the input to the target with the declared guarantee.
///
/// One loop on the caller's thread: find positions, read, write, commit when the commit interval is over. A
/// transaction begins with its first record; a bridge at rest sends none. Whatever goes wrong on the way, the
/// transaction is aborted and the positions are read from Kafka again, so that memory never knows better.
///
/// Before each commit, and every 5 s at rest, Kafka is asked whether the topics are still the declared ones.
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
  std::optional<Stop> open_clients();
  void one_round();
  void find_positions();
  void check_limits(const Observer::Target& target);
  void begin_with(const Beginning& beginning);
  /// The ids of the assigned partitions are known: from now on records are carried.
  void begin_carrying();
  void carry_batch();
  void handle(kafka::MessageHandle message);
  void handle_error(const rd_kafka_message_t& message);
  void reached_end(std::int32_t partition, std::int64_t offset);
  void watch_topics();
  std::optional<std::string> doubt_of_topics();
  /// Kafka answers, so what fetches told last of the partitions' ends holds.
  void note_ends();
  void pause_what_is_ahead();
  void commit_when_due();
  void commit();
  /// Does what the trouble asks for. True if there is none.
  bool settle(const Transfer::Outcome& outcome);
  void rewind(const std::string& why);
  void forget();
  void report_progress();
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
  std::optional<RateLimit> rate_limit_;

  std::optional<Observer::Target> target_;             ///< as it was when this process started
  std::optional<std::vector<std::int32_t>> assigned_;  ///< none: not a member of the group
  bool carrying_ = false;                              ///< positions are known and reading has begun
  Clock::time_point next_attempt_;                     ///< to find positions
  int attempts_ = 0;                                   ///< to carry, since the last commit
  std::optional<Clock::time_point> commit_at_;         ///< set while something is staged
  Clock::time_point last_commit_;                      ///< when it began
  Clock::time_point next_report_;
  Clock::time_point next_check_;  ///< of the topics' ids
  std::optional<Stop> stop_;

  // The sink holds consumed messages: it goes before the source.
  std::unique_ptr<Source> source_;
  std::unique_ptr<Sink> sink_;
  std::unique_ptr<Committer> committer_;
  std::unique_ptr<Transfer> transfer_;
};

}  // namespace fusion::bridge
