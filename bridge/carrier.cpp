#include "bridge/carrier.h"

#include <algorithm>
#include <random>
#include <thread>
#include <utility>

#include "bridge/log.h"
#include "bridge/refusal.h"

namespace fusion::bridge {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr auto kRound = 100ms;
constexpr int kRecordsPerRound = 1'000;
constexpr auto kAskAgain = 500ms;
constexpr auto kKafkaPause = 1s;
constexpr auto kReportInterval = 1s;
constexpr auto kSlowTarget = 1s;
/// Together with the Admin's longest wait for an answer, a wrong topic is noticed within 10 s.
constexpr auto kCheckInterval = 5s;
constexpr auto kLeaveTimeout = 2s;
constexpr auto kLongestBackoff = 10'000ms;

std::chrono::milliseconds backoff(int attempts) {
  return std::min<std::chrono::milliseconds>(kLongestBackoff, 50ms * (1 << std::min(attempts, 10)));
}

}  // namespace

Carrier::Carrier(const Settings& settings, StartFrom start_from, kafka::Admin& admin, Health& health,
                 Metrics& metrics, std::function<bool()> shutdown_requested)
    : settings_(settings),
      start_from_(start_from),
      shutdown_requested_(std::move(shutdown_requested)),
      health_(health),
      metrics_(metrics),
      observer_(admin, settings.config, shutdown_requested_),
      topic_guard_(admin, settings.config) {
  if (const auto& deduplicate = settings.config.deduplicate) {
    std::random_device random;
    record_id_.emplace(*deduplicate, std::uint64_t{random()} << 32 | random());
    deduplicator_.emplace(IdWindow::Limits{deduplicate->window_records, deduplicate->window_duration,
                                           static_cast<std::uint32_t>(deduplicate->max_ids)});
  }
}

Carrier::~Carrier() = default;

Stop Carrier::run() {
  if (auto cannot = open()) return *std::move(cannot);
  while (!is_ending()) one_round();
  end();
  return stop_.value_or(Stop{ExitCode::kOk, "ended as asked"});
}

std::optional<Stop> Carrier::open() {
  const Stop ended{ExitCode::kOk, "ended as asked"};
  std::int64_t max_message_bytes = 0;
  while (max_message_bytes == 0) {
    if (shutdown_requested_()) return ended;
    health_.beat();
    const auto target = observer_.topics();
    if (target && !*target) return target->error();
    if (target) {
      max_message_bytes = (*target)->max_message_bytes;
    } else {
      log(LogLevel::kWarning, "waiting for Kafka", {{"error", target.error().message}});
      if (!target.error().retriable) return Stop{ExitCode::kFailed, target.error().message};
      std::this_thread::sleep_for(kKafkaPause);
    }
  }
  auto sink = Sink::open(settings_, max_message_bytes);
  if (!sink) return sink.error();
  sink_ = std::move(*sink);
  transaction_.emplace(sink_->producer(), [this] { health_.beat(); });
  if (const auto initialized = transaction_->initialize(shutdown_requested_); !initialized) {
    if (shutdown_requested_()) return ended;
    return Stop{ExitCode::kFailed, initialized.error().message};
  }
  auto source = Source::open(settings_, *this);
  if (!source) return source.error();
  source_ = std::move(*source);
  return std::nullopt;
}

void Carrier::one_round() {
  health_.beat();
  find_positions();
  carry_batch();
  sink_->serve(0ms);
  if (sink_->failure()) on_delivery_failure();
  if (commit_at_ && Clock::now() >= *commit_at_) commit();
  watch_topics();
  report_lag();
}

void Carrier::find_positions() {
  if (!assigned_ || carrying_ || stop_ || Clock::now() < next_attempt_) return;
  if (assigned_->empty()) {
    carrying_ = true;
    return;
  }
  const auto ask_again = [this](const kafka::Error& error) {
    log(LogLevel::kWarning, "cannot find the positions yet", {{"error", error.message}});
    next_attempt_ = Clock::now() + backoff(++attempts_);
  };
  if (attempts_ > 0) {
    const auto target = observer_.topics();
    if (!target) return ask_again(target.error());
    if (!*target) return stop(target->error());
  }
  const auto observed = observer_.positions();
  if (!observed) return ask_again(observed.error());
  if (!*observed) return stop(observed->error());
  const auto beginning = decide_beginning(**observed, *assigned_, start_from_);
  if (!beginning) return stop(beginning.error());
  begin_with(*beginning);
}

void Carrier::begin_with(const Beginning& beginning) {
  if (const auto* first = std::get_if<CommitFirst>(&beginning)) {
    if (commit_positions(first->positions)) {
      log(LogLevel::kInfo, "first positions committed", {{"start_from", settings_.config.start_from}});
    }
    return;  // the next round reads them from Kafka
  }
  const auto* from = std::get_if<CarryFrom>(&beginning);
  if (from == nullptr) {
    next_attempt_ = Clock::now() + kAskAgain;
    return;
  }
  tracker_.assign(from->positions);
  carrying_ = true;
  const auto again = deduplicator_ ? deduplicator_->assign(from->positions) : Positions();
  if (again.empty()) return begin_carrying();
  if (const auto error = source_->start(again)) return rewind(*error);
  log(LogLevel::kInfo, "reading ids again", {{"partitions", std::to_string(again.size())}});
}

void Carrier::begin_carrying() {
  const auto positions = tracker_.committed();
  if (const auto error = source_->start(positions)) return rewind(*error);
  log(LogLevel::kInfo, "carrying",
      {{"partitions", std::to_string(positions.size())},
       {"ids", deduplicator_ ? std::to_string(deduplicator_->ids()) : "not looked at"}});
}

void Carrier::carry_batch() {
  auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kRound);
  if (commit_at_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*commit_at_ - Clock::now());
    timeout = std::clamp(left, std::chrono::milliseconds(0), timeout);
  }
  // Asked before each record: one that the full queue did not take must not be followed by the next.
  for (int i = 0; i < kRecordsPerRound && !is_ending() && !sink_->failure(); ++i) {
    auto message = source_->poll(i == 0 ? timeout : 0ms);
    if (!message) return;
    handle(std::move(message));
  }
}

void Carrier::handle(kafka::MessageHandle message) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return handle_error(*message);
  if (!carrying_ || !tracker_.follows(message->partition))
    return;  // positions are read again before it counts
  if (deduplicator_ && deduplicator_->is_reading_again()) return read_again(*message);
  if (message->offset < tracker_.next_offset(message->partition)) {
    return stop({ExitCode::kFailed, "partition " + std::to_string(message->partition) +
                                        " came back to offset " + std::to_string(message->offset) +
                                        " after " +
                                        std::to_string(tracker_.next_offset(message->partition) - 1) +
                                        ": ended before it could be carried twice"});
  }
  if (refused_ && refused_->partition == message->partition && refused_->offset == message->offset) {
    return stop_at(Sink::Refused(*refused_));
  }
  carry(std::move(message));
}

void Carrier::handle_error(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    if (!carrying_ || !tracker_.follows(message.partition)) return;
    if (deduplicator_ && deduplicator_->is_reading_again()) {
      deduplicator_->reached(message.partition, message.offset);
      if (!deduplicator_->is_reading_again()) begin_carrying();
      return;
    }
    tracker_.reached_end(message.partition, message.offset);
    if (tracker_.has_staged()) schedule_commit();
    return;
  }
  if (const auto fatal = source_->fatal_error())
    return stop({ExitCode::kFailed, "the consumer failed: " + *fatal});
  const std::string text = rd_kafka_message_errstr(&message);
  if (message.rkt == nullptr || !carrying_) {
    log(LogLevel::kWarning, "the consumer reports an error", {{"error", text}});
    return;
  }
  // A partition cannot be read: out of its log's range, unknown, corrupt. What was read before counts, so
  // that the positions, read again, say exactly from where on.
  if (commit_at_) commit();
  if (carrying_) rewind("partition " + std::to_string(message.partition) + " cannot be read: " + text);
}

void Carrier::read_again(const rd_kafka_message_t& message) {
  const auto id = record_id_->of(message);
  deduplicator_->read_again(message.partition, message.offset, rd_kafka_message_timestamp(&message, nullptr),
                            id ? std::optional(*id) : std::nullopt);
  if (!deduplicator_->is_reading_again()) begin_carrying();
}

bool Carrier::is_new(const rd_kafka_message_t& message) {
  const auto id = record_id_->of(message);
  if (!id) {
    stop_before_record(refused_without_id(settings_.config, message.partition, message.offset, id.error()));
    return false;
  }
  if (!deduplicator_->is_repeat(message.partition, message.offset,
                                rd_kafka_message_timestamp(&message, nullptr), *id)) {
    return true;
  }
  tracker_.dropped(message.partition, message.offset);
  schedule_commit();
  return false;
}

void Carrier::carry(kafka::MessageHandle message) {
  if (deduplicator_ && !is_new(*message)) return;
  if (!transaction_->is_open()) {
    if (const auto begun = transaction_->begin(); !begun) return on_failure(begun.error());
  }
  const std::int32_t partition = message->partition;
  const std::int64_t offset = message->offset;
  const auto bytes = static_cast<std::int64_t>(message->len + message->key_len);
  const std::int64_t timestamp_ms = rd_kafka_message_timestamp(message.get(), nullptr);
  const auto produced = produce(message);
  if (produced == Sink::Produced::kRefused) return stop_at(*sink_->failure()->refused);
  if (produced != Sink::Produced::kQueued) return;
  tracker_.carried(partition, offset, bytes, timestamp_ms);
  schedule_commit();
}

Sink::Produced Carrier::produce(kafka::MessageHandle& message) {
  auto produced = sink_->produce(message);
  if (produced != Sink::Produced::kQueueFull) return produced;
  auto say_at = Clock::now() + kSlowTarget;
  while (produced == Sink::Produced::kQueueFull) {
    health_.beat();
    sink_->serve(kRound);
    if (is_ending() || sink_->failure()) break;
    if (Clock::now() >= say_at) {
      log(LogLevel::kWarning, "waiting for the target to store what was written");
      say_at = Clock::time_point::max();
    }
    produced = sink_->produce(message);
  }
  return produced;
}

void Carrier::watch_topics() {
  if (stop_) return;
  if (const auto answer = topic_guard_.answer(); answer && *answer && !**answer) stop((*answer)->error());
  if (topic_guard_.is_waiting() || Clock::now() < next_check_) return;
  topic_guard_.ask();
  next_check_ = Clock::now() + kCheckInterval;
}

bool Carrier::confirm_topics() {
  const auto answer = topic_guard_.ask_and_wait([this] { health_.beat(); });
  next_check_ = Clock::now() + kCheckInterval;
  if (!answer) {
    rewind("cannot check the topics: " + answer.error().message);
  } else if (!*answer) {
    stop(answer->error());
  }
  return answer && *answer;
}

void Carrier::schedule_commit() {
  if (!commit_at_) commit_at_ = Clock::now() + settings_.config.commit_interval;
}

void Carrier::commit() {
  commit_at_.reset();
  const auto started = Clock::now();
  // Records of another topic under the old name must not be counted as carried.
  if (!confirm_topics()) return;
  auto positions = tracker_.staged();
  if (deduplicator_) deduplicator_->stage(positions);
  if (!commit_positions(positions)) return;
  if (deduplicator_) {
    deduplicator_->commit(positions);
    metrics_.set_ids(deduplicator_->ids());
  }
  metrics_.committed(tracker_.commit(), Clock::now() - started);
  attempts_ = 0;
}

bool Carrier::commit_positions(const Positions& positions) {
  const auto committed = transaction_->commit(settings_.config.from.name, positions, source_->group());
  if (!committed) on_failure(committed.error());
  return committed.has_value();
}

void Carrier::on_failure(const Transaction::Failure& failure) {
  if (failure.is_fatal()) return stop({ExitCode::kFailed, "the producer failed: " + failure.message});
  if (sink_->failure()) return on_delivery_failure();
  rewind(failure.message);
}

void Carrier::on_delivery_failure() {
  const Sink::Failure failure = *sink_->failure();
  rewind(failure.message);
  if (!failure.refused) return;
  if (refused_) {
    return stop({ExitCode::kFailed,
                 "the target refuses more than one record: its limits were changed while this "
                 "process ran; a new process reads them"});
  }
  refused_ = failure.refused;
}

void Carrier::abort() {
  if (!transaction_->is_open()) return;
  const auto aborted = transaction_->abort();
  if (!aborted) return stop({ExitCode::kFailed, "the producer failed: " + aborted.error().message});
  metrics_.aborted();
}

void Carrier::rewind(const std::string& why) {
  log(LogLevel::kWarning, "transaction aborted, going back to the committed positions", {{"reason", why}});
  abort();
  sink_->forget_failure();
  tracker_.assign({});
  commit_at_.reset();
  carrying_ = false;
  if (assigned_) source_->hold();
  next_attempt_ = Clock::now() + backoff(++attempts_);
}

void Carrier::stop_at(const Sink::Refused& refused) {
  refused_ = refused;
  sink_->forget_failure();
  stop_before_record(refused_by_target(settings_.config, *refused_));
}

void Carrier::stop_before_record(Stop reason) {
  if (commit_at_) {
    commit();
    if (!carrying_) return;  // aborted: it all comes once more, up to this record
  }
  stop(std::move(reason));
}

void Carrier::assigned(std::vector<std::int32_t> partitions) {
  log(LogLevel::kInfo, "partitions assigned", {{"partitions", std::to_string(partitions.size())}});
  assigned_ = std::move(partitions);
  carrying_ = false;
  next_attempt_ = Clock::now();
  health_.set_ready(true);
}

void Carrier::revoked() {
  log(LogLevel::kInfo, "partitions revoked");
  if (commit_at_ && !stop_) commit();
  lost();
}

void Carrier::lost() {
  if (!stop_) abort();
  sink_->forget_failure();
  tracker_.assign({});
  commit_at_.reset();
  carrying_ = false;
  assigned_.reset();
  health_.set_ready(false);
}

void Carrier::report_lag() {
  const auto now = Clock::now();
  if (now < next_report_) return;
  next_report_ = now + kReportInterval;
  std::map<std::int32_t, std::int64_t> lag;
  for (const auto& [partition, position] : tracker_.committed()) {
    const auto end = source_->end_offset(partition);
    lag[partition] = std::max<std::int64_t>(0, end.value_or(position.offset) - position.offset);
  }
  metrics_.set_lag(lag);
}

void Carrier::end() {
  if (!stop_ && commit_at_) commit();
  // A producer that failed cannot abort; Kafka does so when its successor begins.
  if (!stop_ || stop_->code != ExitCode::kFailed) abort();
  source_->leave(kLeaveTimeout);
}

void Carrier::stop(Stop stop) {
  if (!stop_) stop_ = std::move(stop);
}

}  // namespace fusion::bridge
