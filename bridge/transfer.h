#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <utility>

#include "bridge/circuit_breaker.h"
#include "bridge/committer.h"
#include "bridge/deduplicator.h"
#include "bridge/metrics.h"
#include "bridge/offset_tracker.h"
#include "bridge/record_reader.h"
#include "bridge/sink.h"
#include "bridge/snapshots.h"
#include "bridge/stop.h"
#include "bridge/watermark.h"

namespace fusion::bridge {

/// Why a transfer cannot simply go on.
struct Trouble {
  enum class Then {
    kRewind,         ///< abort, and go back to the committed positions; `stop.message` says why
    kCommitAndStop,  ///< everything before the record is to be committed
    kStop,           ///< nothing that is not committed may be
  };
  Then then = Then::kRewind;
  Stop stop;
};

/// What happens between two commits: records are written, dropped as repeats or set aside as dead letters,
/// and their offsets are staged. Whatever is staged becomes the truth by `commit`, or is forgotten by
/// `forget`, after which `assign` begins anew from what Kafka says.
///
/// Not thread-safe. All references must outlive it.
class Transfer {
 public:
  /// `wait` is called while the target's queue is full and says whether to go on waiting.
  Transfer(const Settings& settings, const TargetLimits& limits, Sink& sink, Committer& committer,
           Metrics& metrics, std::function<bool()> wait);

  using Outcome = tl::expected<void, Trouble>;

  /// The Stop before the first record, if the target would spoil what is to be written.
  std::optional<Stop> check_target(const TargetLimits& limits) const;

  /// Follows these partitions from their committed positions. Returns from where ids must be read again
  /// before anything is carried; empty: from nowhere. Reads the snapshot of ids, which takes at most 30 s.
  Positions assign(const Positions& positions);
  bool follows(std::int32_t partition) const { return tracker_.follows(partition); }
  Positions committed() const { return tracker_.committed(); }
  /// Of a followed partition, with what is staged.
  std::int64_t next_offset(std::int32_t partition) const { return tracker_.next_offset(partition); }
  std::size_t ids() const { return deduplicator_ ? deduplicator_->ids() : 0; }
  bool drops_repeats() const { return deduplicator_.has_value(); }

  std::int64_t records_read_again() const { return deduplicator_ ? deduplicator_->records_read_again() : 0; }

  bool is_reading_again() const { return deduplicator_ && deduplicator_->is_reading_again(); }
  void read_again(const rd_kafka_message_t& message);

  /// A record of a followed partition.
  Outcome carry(kafka::MessageHandle message);
  /// Everything of the partition before `offset` was read.
  void reached_end(std::int32_t partition, std::int64_t offset);

  bool has_staged() const { return tracker_.has_staged(); }
  /// `objection` as with Committer.
  Outcome commit(Source& source, const Committer::Objection& objection);
  /// Commits positions alone, of partitions that need not be followed.
  Outcome commit_positions(const Positions& positions, Source& source, const Committer::Objection& objection);
  /// By partition, the last offset that this process has committed there.
  const std::map<std::int32_t, std::int64_t>& committed_here() const { return committed_here_; }
  /// What the target reports of records that were written before.
  Outcome check_deliveries();
  bool has_failed_deliveries() const { return sink_.failure().has_value(); }
  /// Nothing of what is staged is under way or remembered any more. An error is fatal.
  Outcome forget();

  /// The next step of a snapshot of the ids, if one is due. Never waits.
  void continue_snapshot();
  /// The last snapshot of the ids; waits for the disk until `deadline`.
  void finish_snapshot(std::chrono::steady_clock::time_point deadline);

  Watermark& watermark() { return watermark_; }

 private:
  using Place = std::pair<std::int32_t, std::int64_t>;  ///< partition and offset of the input

  std::uint64_t open_snapshots(const Settings& settings, std::uint64_t new_seed);
  bool is_repeat(const rd_kafka_message_t& message, const Reading& reading);
  Outcome write(kafka::MessageHandle message, const Reading& reading);
  Outcome set_aside(kafka::MessageHandle message, const Defect& defect);
  Outcome begin();
  /// Waits while the queue is full.
  Sink::Produced produce(const std::function<Sink::Produced()>& send);
  tl::unexpected<Trouble> failed_delivery();
  tl::unexpected<Trouble> failed(const Committer::Failure& failure);

  const contract::BridgeConfig& config_;
  Sink& sink_;
  Committer& committer_;
  Metrics& metrics_;
  const std::function<bool()> wait_;
  std::optional<Snapshots> snapshots_;  ///< none: no ids, or no directory to keep them in
  RecordReader reader_;
  std::optional<Deduplicator> deduplicator_;  ///< with EffectivelyOnce
  OffsetTracker tracker_;
  Watermark watermark_;
  CircuitBreaker breaker_;
  std::map<Place, Sink::Refused> refused_;  ///< since the last commit
  std::map<std::int32_t, std::int64_t> committed_here_;
};

}  // namespace fusion::bridge
