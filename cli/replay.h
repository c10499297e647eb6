#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

#include "cli/letter_topic.h"
#include "cli/replay_request.h"
#include "cli/transactional_producer.h"

namespace fusion::cli {

/// The transactional id under which letters of a topic are put back: `fusion-dead-letters/<topic>`.
/// So of two replays of one topic the later one fences the earlier one.
std::string replay_id(const std::string& dead_letter_topic);

/// Puts letters back, a few hundred in a transaction, each transaction with receipts for its letters in the
/// dead-letter topic, in the partitions of the letters. So a letter is put back if and only if there is a
/// receipt for it, whenever the process is killed. (Offsets in a consumer group would not do: Kafka forgets
/// those of a group without members after 7 days, and they cannot tell which letters were left out.)
///
/// Every failure leaves the letters of the open transaction where they were. Not thread-safe.
class Replay {
 public:
  /// `producer` has been initialized, before the receipts were read that tell what is to be put back.
  Replay(TransactionalProducer& producer, std::string dead_letter_topic)
      : producer_(producer), topic_(std::move(dead_letter_topic)) {}

  kafka::Result<void> add(const ReplayRequest& request);
  /// To be called whenever something was read: commits where a transaction has been open for a second,
  /// because it holds up all readers of the source.
  kafka::Result<void> commit_if_due();
  kafka::Result<void> finish();

  std::int64_t replayed() const { return replayed_; }  ///< letters, committed

 private:
  using Clock = std::chrono::steady_clock;

  kafka::Result<void> commit();
  kafka::Result<void> write_receipts();

  TransactionalProducer& producer_;
  const std::string topic_;
  ReplayedLetters open_;  ///< of the open transaction; empty: there is none
  std::int64_t letters_ = 0;
  std::size_t bytes_ = 0;
  Clock::time_point begun_;
  std::int64_t replayed_ = 0;
};

}  // namespace fusion::cli
