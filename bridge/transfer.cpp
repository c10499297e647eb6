#include "bridge/transfer.h"

#include <random>
#include <utility>

#include "bridge/log.h"
#include "bridge/put_back.h"
#include "bridge/refusal.h"

namespace fusion::bridge {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using Clock = std::chrono::steady_clock;
using Then = Trouble::Then;

constexpr auto kServe = 100ms;
constexpr auto kSlowTarget = 1s;
/// Well below max.poll.interval.ms: what a slow disk has not given by then is read again.
constexpr auto kLongestRecall = 30s;

std::uint64_t random_number() {
  std::random_device random;
  return std::uint64_t{random()} << 32 | random();
}

Watermark::Limits watermark_limits(const contract::BridgeConfig& config) {
  if (!config.event_time) return {};
  return {config.event_time->max_out_of_orderness, config.event_time->idle_after,
          config.event_time->max_drift};
}

tl::unexpected<Trouble> trouble(Then then, Stop stop) {
  return tl::make_unexpected(Trouble{then, std::move(stop)});
}

tl::unexpected<Trouble> rewind(std::string why) {
  return trouble(Then::kRewind, {ExitCode::kFailed, std::move(why)});
}

}  // namespace

Transfer::Transfer(const Settings& settings, const TargetLimits& limits, Sink& sink, Committer& committer,
                   Metrics& metrics, std::function<bool()> wait)
    : config_(settings.config),
      sink_(sink),
      committer_(committer),
      metrics_(metrics),
      wait_(std::move(wait)),
      reader_(settings.config, open_snapshots(settings, random_number()), limits),
      watermark_(watermark_limits(settings.config)) {
  if (const auto& deduplicate = config_.deduplicate) {
    deduplicator_.emplace(IdWindow::Limits{deduplicate->window_records, deduplicate->window_duration,
                                           static_cast<std::uint32_t>(deduplicate->max_ids)},
                          static_cast<std::int64_t>(random_number() >> 1 | 1));
  }
}

std::optional<Stop> Transfer::check_target(const TargetLimits& limits) const {
  if (!config_.event_time) return std::nullopt;
  return bridge::check_target(config_.to.name, limits, reader_.event_time_rule(), 0, std::nullopt);
}

Positions Transfer::assign(const Positions& positions) {
  tracker_.assign(positions);
  std::map<std::int32_t, std::optional<std::int64_t>> watermarks;
  for (const auto& [partition, position] : positions) watermarks[partition] = position.progress.watermark_ms;
  watermark_.assign(watermarks, Clock::now());
  if (!deduplicator_) return {};
  deduplicator_->assign(positions);
  if (snapshots_) {
    const auto until = Clock::now() + kLongestRecall;
    snapshots_->recall(*deduplicator_, [&] { return wait_() && Clock::now() < until; });
  }
  return deduplicator_->to_read_again();
}

/// The seed of the fingerprints.
std::uint64_t Transfer::open_snapshots(const Settings& settings, std::uint64_t new_seed) {
  const auto& config = settings.config;
  if (config.state_directory.empty() || !config.deduplicate) return new_seed;
  const auto file = std::filesystem::path(config.state_directory) /
                    ("ids-" + std::to_string(settings.ordinal) + ".snapshot");
  snapshots_.emplace(file,
                     IdSnapshot{new_seed,
                                config.group,
                                config.from.id,
                                config.deduplicate->id_from,
                                config.deduplicate->id_name,
                                {}},
                     metrics_);
  return snapshots_->seed();
}

void Transfer::continue_snapshot() {
  if (snapshots_) snapshots_->round(*deduplicator_, Clock::now());
}

void Transfer::finish_snapshot(Clock::time_point deadline) {
  if (snapshots_) snapshots_->finish(*deduplicator_, deadline);
}

void Transfer::read_again(const rd_kafka_message_t& message) {
  // A record that became a dead letter has left no id behind.
  const auto reading = reader_.read(message);
  deduplicator_->read_again(message.partition, message.offset, rd_kafka_message_timestamp(&message, nullptr),
                            reading ? reading->id : std::nullopt);
}

Transfer::Outcome Transfer::carry(kafka::MessageHandle message) {
  const std::int32_t partition = message->partition;
  const std::int64_t offset = message->offset;
  if (offset < tracker_.next_offset(partition)) {
    return trouble(Then::kStop,
                   {ExitCode::kFailed, "partition " + std::to_string(partition) + " came back to offset " +
                                           std::to_string(offset) + " after " +
                                           std::to_string(tracker_.next_offset(partition) - 1) +
                                           ": ended before it could be carried twice"});
  }
  if (!refused_.empty()) {
    const auto refused = refused_.find({partition, offset});
    if (refused != refused_.end() && refused->second.is_letter)
      return trouble(Then::kCommitAndStop, stop_at_letter(config_, refused->second));
    if (refused != refused_.end()) return set_aside(std::move(message), defect_of(refused->second));
  }
  const auto reading = reader_.read(*message);
  if (!reading) return set_aside(std::move(message), reading.error());
  if (deduplicator_ && is_repeat(*message, *reading)) {
    tracker_.dropped(partition, offset);
    return {};
  }
  return write(std::move(message), *reading);
}

bool Transfer::is_repeat(const rd_kafka_message_t& message, const Reading& reading) {
  const auto timestamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  if (!deduplicator_->is_repeat(message.partition, message.offset, timestamp_ms, *reading.id)) return false;
  // A letter that the target had refused holds its id once it was read again: nothing in the source tells it
  // from a record that was carried.
  const auto holder = deduplicator_->only_holder(*reading.id);
  if (!holder || !was_put_back(message, config_.from.name, holder->partition, holder->offset)) return true;
  deduplicator_->carry_all_the_same(message.partition, message.offset, timestamp_ms, *reading.id);
  return false;
}

Transfer::Outcome Transfer::write(kafka::MessageHandle message, const Reading& reading) {
  if (auto begun = begin(); !begun) return begun;
  const std::int32_t partition = message->partition;
  const std::int64_t offset = message->offset;
  const auto bytes = static_cast<std::int64_t>(message->len + message->key_len);
  const bool has_key = message->key != nullptr;
  const Sink::Writing writing{reading.timestamp_ms, reading.partitioning_key};
  const auto produced = produce([&] { return sink_.produce(message, writing); });
  if (produced == Sink::Produced::kFailed) return failed_delivery();
  if (produced == Sink::Produced::kQueueFull) return rewind("the target's queue stayed full");
  const auto event_time = reading.advances_watermark ? std::optional(reading.timestamp_ms) : std::nullopt;
  watermark_.read(partition, event_time, Clock::now());
  tracker_.carried(partition, offset, bytes, watermark_.of(partition));
  if (!has_key) tracker_.had_no_key(partition, offset);
  breaker_.carried();
  return {};
}

Transfer::Outcome Transfer::set_aside(kafka::MessageHandle message, const Defect& defect) {
  const std::int32_t partition = message->partition;
  const std::int64_t offset = message->offset;
  if (!config_.dead_letter) return trouble(Then::kCommitAndStop, stop_at(config_, partition, offset, defect));
  breaker_.dead_letter();
  if (config_.dead_letter->circuit_breaker && breaker_.is_open())
    return trouble(Then::kStop, stop_at_open_breaker(config_, partition, offset, defect));
  if (auto begun = begin(); !begun) return begun;
  const contract::DeadLetter letter{
      defect.reason, defect.sentence, config_.from.name,
      partition,     offset,          rd_kafka_message_timestamp(message.get(), nullptr)};
  const auto produced = produce([&] { return sink_.produce_letter(message, letter); });
  if (produced == Sink::Produced::kFailed) return failed_delivery();
  if (produced == Sink::Produced::kQueueFull) return rewind("the target's queue stayed full");
  watermark_.read(partition, std::nullopt, Clock::now());
  tracker_.set_aside(partition, offset);
  return {};
}

void Transfer::reached_end(std::int32_t partition, std::int64_t offset) {
  if (is_reading_again()) return deduplicator_->reached(partition, offset);
  tracker_.reached_end(partition, offset);
}

Transfer::Outcome Transfer::begin() {
  if (committer_.is_open()) return {};
  const auto begun = committer_.begin();
  if (!begun) return failed(begun.error());
  return {};
}

Sink::Produced Transfer::produce(const std::function<Sink::Produced()>& send) {
  auto produced = send();
  auto say_at = Clock::now() + kSlowTarget;
  while (produced == Sink::Produced::kQueueFull && wait_() && !sink_.failure()) {
    sink_.serve(kServe);
    if (Clock::now() >= say_at) {
      log(LogLevel::kWarning, "waiting for the target to store what was written");
      say_at = Clock::time_point::max();
    }
    produced = send();
  }
  return produced;
}

Transfer::Outcome Transfer::commit(Source& source, const Committer::Objection& objection) {
  const auto started = Clock::now();
  auto positions = tracker_.staged();
  if (deduplicator_) deduplicator_->stage(positions);
  if (auto committed = commit_positions(positions, source, objection); !committed) return committed;
  if (deduplicator_) {
    deduplicator_->commit(positions);
    metrics_.set_ids(deduplicator_->ids());
  }
  metrics_.committed(tracker_.commit(), Clock::now() - started);
  refused_.clear();
  return {};
}

Transfer::Outcome Transfer::commit_positions(const Positions& positions, Source& source,
                                             const Committer::Objection& objection) {
  const auto committed = committer_.commit(positions, source, objection);
  if (!committed) return failed(committed.error());
  for (const auto& [partition, position] : positions) committed_here_[partition] = position.offset;
  return {};
}

Transfer::Outcome Transfer::check_deliveries() {
  if (sink_.failure()) return failed_delivery();
  return {};
}

Transfer::Outcome Transfer::forget() {
  tracker_.assign({});
  breaker_.reset();
  if (committer_.is_open()) {
    if (const auto aborted = committer_.abort(); !aborted) return failed(aborted.error());
    metrics_.aborted();
  }
  sink_.forget_failure();
  return {};
}

tl::unexpected<Trouble> Transfer::failed_delivery() {
  for (const auto& refused : sink_.failure()->refused)
    refused_.emplace(Place{refused.partition, refused.offset}, refused);
  return rewind(sink_.failure()->message);
}

tl::unexpected<Trouble> Transfer::failed(const Committer::Failure& failure) {
  if (failure.is_fatal())
    return trouble(Then::kStop, {ExitCode::kFailed, "the producer failed: " + failure.message});
  if (sink_.failure()) return failed_delivery();
  return rewind(failure.message);
}

}  // namespace fusion::bridge
