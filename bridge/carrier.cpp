#include "bridge/carrier.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "bridge/flushed_commit.h"
#include "bridge/log.h"
#include "bridge/transaction.h"

namespace fusion::bridge {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr auto kRound = 100ms;
constexpr int kRecordsPerRound = 1'000;
/// So that a commit that is due does not wait until a slow target has taken a thousand large records.
constexpr std::size_t kBytesPerRound = 1 << 20;
constexpr auto kAskAgain = 500ms;
constexpr auto kKafkaPause = 1s;
constexpr auto kReportInterval = 1s;
/// Together with the Admin's longest wait for an answer, a wrong topic is noticed within 10 s.
constexpr auto kCheckInterval = 5s;
constexpr auto kLeaveTimeout = 2s;
/// What is promised for an orderly end leaves no more.
constexpr auto kLongestFinish = 4s;
constexpr auto kLongestBackoff = 10'000ms;
constexpr auto kRateStep = 10ms;

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
  if (const auto& limit = settings.config.rate_limit) rate_limit_.emplace(*limit, Clock::now());
}

Carrier::~Carrier() = default;

Stop Carrier::run() {
  if (auto cannot = open()) return *std::move(cannot);
  while (!is_ending()) one_round();
  end();
  return stop_.value_or(Stop{ExitCode::kOk, "ended as asked"});
}

std::optional<Stop> Carrier::open() {
  while (!target_) {
    if (shutdown_requested_()) return Stop{ExitCode::kOk, "ended as asked"};
    health_.beat();
    const auto target = observer_.topics();
    if (target && !*target) return target->error();
    if (target) {
      target_ = **target;
    } else {
      log(LogLevel::kWarning, "waiting for Kafka", {{"error", target.error().message}});
      if (!target.error().retriable) return Stop{ExitCode::kFailed, target.error().message};
      std::this_thread::sleep_for(kKafkaPause);
    }
  }
  return open_clients();
}

std::optional<Stop> Carrier::open_clients() {
  const auto& config = settings_.config;
  auto sink = Sink::open(settings_, target_->max_message_bytes);
  if (!sink) return sink.error();
  sink_ = std::move(*sink);
  const auto beat = [this] { health_.beat(); };
  if (config.guarantee == "AtLeastOnce") {
    committer_ = std::make_unique<FlushedCommit>(*sink_, beat);
  } else {
    committer_ = std::make_unique<Transaction>(sink_->producer(), beat);
  }
  transfer_ = std::make_unique<Transfer>(settings_, target_->limits, *sink_, *committer_, metrics_, [this] {
    health_.beat();
    return !is_ending();
  });
  if (auto refused = transfer_->check_target(target_->limits)) return refused;
  if (const auto initialized = committer_->initialize(shutdown_requested_); !initialized) {
    if (shutdown_requested_()) return Stop{ExitCode::kOk, "ended as asked"};
    return Stop{ExitCode::kFailed, initialized.error().message};
  }
  auto source = Source::open(settings_, *this);
  if (!source) return source.error();
  source_ = std::move(*source);
  return std::nullopt;
}

void Carrier::one_round() {
  health_.beat();
  // Polling tells it once, and that may have been among what a rewind dropped: from then on nothing would
  // come.
  if (const auto fatal = source_->fatal_error())
    return stop({ExitCode::kFailed, "the consumer failed: " + *fatal});
  find_positions();
  carry_batch();
  sink_->serve(0ms);
  settle(transfer_->check_deliveries());
  commit_when_due();
  transfer_->continue_snapshot();
  pause_what_is_ahead();
  watch_topics();
  report_progress();
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
    check_limits(**target);
    if (stop_) return;
  }
  const auto observed = observer_.positions();
  if (!observed) return ask_again(observed.error());
  if (!*observed) return stop(observed->error());
  if (const auto partition = partition_behind(**observed, transfer_->committed_here())) {
    return ask_again({kafka::Reason::Other,
                      "Kafka's position of partition " + std::to_string(*partition) +
                          " is older than the one that this process has committed: the broker may still be "
                          "loading it; if it stays so, look at the broker's log",
                      true});
  }
  const auto beginning = decide_beginning(**observed, *assigned_, start_from_);
  if (!beginning) return stop(beginning.error());
  if (rate_limit_ && !(*observed)->log.empty()) {
    rate_limit_->set_share(static_cast<double>(assigned_->size()) /
                           static_cast<double>((*observed)->log.size()));
  }
  begin_with(*beginning);
}

void Carrier::check_limits(const Observer::Target& target) {
  if (target == *target_) return;
  stop({ExitCode::kFailed,
        "the configuration of topic " + settings_.config.to.name +
            (settings_.config.dead_letter ? " or " + settings_.config.dead_letter->topic.name : "") +
            " was changed while this process ran (max.message.bytes was " +
            std::to_string(target_->max_message_bytes) + " and is " +
            std::to_string(target.max_message_bytes) + "): a new process goes by it"});
}

void Carrier::begin_with(const Beginning& beginning) {
  if (const auto* first = std::get_if<CommitFirst>(&beginning)) {
    if (settle(transfer_->commit_positions(first->positions, *source_, [] { return std::nullopt; }))) {
      log(LogLevel::kInfo, "first positions committed", {{"start_from", settings_.config.start_from}});
    }
    return;  // the next round reads them from Kafka
  }
  const auto* from = std::get_if<CarryFrom>(&beginning);
  if (from == nullptr) {
    next_attempt_ = Clock::now() + kAskAgain;
    return;
  }
  const auto again = transfer_->assign(from->positions);
  carrying_ = true;
  if (again.empty()) return begin_carrying();
  if (const auto error = source_->start(again)) return rewind(*error);
  source_->resume(*assigned_);  // what an earlier assignment had paused
  log(LogLevel::kInfo, "reading ids again", {{"partitions", std::to_string(again.size())}});
}

void Carrier::begin_carrying() {
  const auto positions = transfer_->committed();
  if (const auto error = source_->start(positions)) return rewind(*error);
  source_->resume(*assigned_);  // what an earlier assignment had paused
  log(LogLevel::kInfo, "carrying",
      {{"partitions", std::to_string(positions.size())},
       {"ids", transfer_->drops_repeats() ? std::to_string(transfer_->ids()) : "not looked at"},
       {"read_again", std::to_string(transfer_->records_read_again())}});
}

void Carrier::carry_batch() {
  auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kRound);
  if (commit_at_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*commit_at_ - Clock::now());
    timeout = std::clamp(left, std::chrono::milliseconds(0), timeout);
  }
  // Asked before each record: one that was not written must not be followed by the next.
  std::size_t bytes = 0;
  for (int i = 0;
       i < kRecordsPerRound && bytes < kBytesPerRound && !is_ending() && !transfer_->has_failed_deliveries();
       ++i) {
    if (rate_limit_ && carrying_ && !rate_limit_->may_pass(Clock::now())) {
      sink_->serve(std::min(std::chrono::milliseconds(kRateStep), timeout));
      return;
    }
    auto message = source_->poll(i == 0 ? timeout : 0ms);
    if (!message) return;
    bytes += message->len + message->key_len;
    handle(std::move(message));
  }
}

void Carrier::handle(kafka::MessageHandle message) {
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return handle_error(*message);
  // Positions are read again before it counts.
  if (!carrying_ || !transfer_->follows(message->partition)) return;
  if (transfer_->is_reading_again()) {
    transfer_->read_again(*message);
    if (!transfer_->is_reading_again()) begin_carrying();
    return;
  }
  if (rate_limit_) rate_limit_->passed(static_cast<std::int64_t>(message->len + message->key_len));
  settle(transfer_->carry(std::move(message)));
}

void Carrier::handle_error(const rd_kafka_message_t& message) {
  if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return reached_end(message.partition, message.offset);
  if (source_->fatal_error()) return;  // the next round ends
  const std::string text = rd_kafka_message_errstr(&message);
  if (message.rkt == nullptr || !carrying_) {
    log(LogLevel::kWarning, "the consumer reports an error", {{"error", text}});
    return;
  }
  // A partition cannot be read: out of its log's range, unknown, corrupt. What was read before counts, so
  // that the positions, read again, say exactly from where on.
  if (transfer_->has_staged()) commit();
  if (carrying_) rewind("partition " + std::to_string(message.partition) + " cannot be read: " + text);
}

void Carrier::reached_end(std::int32_t partition, std::int64_t offset) {
  if (!carrying_ || !transfer_->follows(partition)) return;
  const bool was_reading_again = transfer_->is_reading_again();
  transfer_->reached_end(partition, offset);
  if (was_reading_again && !transfer_->is_reading_again()) begin_carrying();
}

void Carrier::watch_topics() {
  if (stop_) return;
  if (const auto answer = topic_guard_.answer(); answer && *answer) {
    if (!**answer) return stop((*answer)->error());
    note_ends();
  }
  if (topic_guard_.is_waiting() || Clock::now() < next_check_) return;
  topic_guard_.ask();
  next_check_ = Clock::now() + kCheckInterval;
}

void Carrier::note_ends() {
  if (!carrying_ || !assigned_) return;
  for (const auto partition : *assigned_) {
    if (!transfer_->follows(partition)) continue;
    const bool at_end = source_->end_offset(partition) == transfer_->next_offset(partition);
    transfer_->watermark().asked(partition, at_end, Clock::now());
  }
}

std::optional<std::string> Carrier::doubt_of_topics() {
  const auto answer = topic_guard_.wait([this] { health_.beat(); });
  next_check_ = Clock::now() + kCheckInterval;
  if (!answer) return "cannot check the topics: " + answer.error().message;
  if (!*answer) {
    stop(answer->error());
    return answer->error().message;
  }
  note_ends();
  return std::nullopt;
}

void Carrier::pause_what_is_ahead() {
  if (!carrying_ || !assigned_ || transfer_->is_reading_again()) return;
  const auto [pause, resume] = transfer_->watermark().decide(Clock::now());
  source_->pause(pause);
  source_->resume(resume);
}

void Carrier::commit_when_due() {
  if (!transfer_->has_staged()) {
    commit_at_.reset();
  } else if (!commit_at_) {
    // While there is always something to carry, a commit begins this often, unless it takes longer.
    const auto now = Clock::now();
    const auto next = last_commit_ + settings_.config.commit_interval;
    commit_at_ = next > now ? next : now + settings_.config.commit_interval;
  } else if (Clock::now() >= *commit_at_) {
    commit();
  }
}

void Carrier::commit() {
  commit_at_.reset();
  last_commit_ = Clock::now();
  // Records of another topic under the old name must not be counted as carried. Kafka answers while it takes
  // the transaction's offsets; without a transaction there is nothing to take before the positions
  // themselves.
  const bool asks_late = settings_.config.guarantee == "AtLeastOnce";
  if (!asks_late) topic_guard_.ask();
  const auto objection = [&] {
    if (asks_late) topic_guard_.ask();
    return doubt_of_topics();
  };
  if (settle(transfer_->commit(*source_, objection))) attempts_ = 0;
}

bool Carrier::settle(const Transfer::Outcome& outcome) {
  if (outcome) return true;
  const auto& [then, reason] = outcome.error();
  switch (then) {
    case Trouble::Then::kRewind:
      rewind(reason.message);
      break;
    case Trouble::Then::kCommitAndStop:
      if (transfer_->has_staged()) commit();
      // If that was aborted, it all comes once more, up to this record.
      if (carrying_) stop(reason);
      break;
    case Trouble::Then::kStop:
      stop(reason);
      break;
  }
  return false;
}

void Carrier::rewind(const std::string& why) {
  log(LogLevel::kWarning, "transaction aborted, going back to the committed positions", {{"reason", why}});
  forget();
  if (assigned_) source_->hold();
  next_attempt_ = Clock::now() + backoff(++attempts_);
}

void Carrier::forget() {
  if (const auto forgotten = transfer_->forget(); !forgotten) stop(forgotten.error().stop);
  commit_at_.reset();
  carrying_ = false;
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
  if (transfer_->has_staged() && !stop_) commit();
  lost();
}

void Carrier::lost() {
  if (!stop_) forget();
  carrying_ = false;
  assigned_.reset();
  health_.set_ready(false);
}

void Carrier::report_progress() {
  const auto now = Clock::now();
  if (now < next_report_) return;
  next_report_ = now + kReportInterval;
  std::map<std::int32_t, std::int64_t> lag;
  for (const auto& [partition, position] : transfer_->committed()) {
    const auto end = source_->end_offset(partition);
    lag[partition] = std::max<std::int64_t>(0, end.value_or(position.offset) - position.offset);
  }
  metrics_.set_lag(lag);
  metrics_.set_watermark(transfer_->watermark().lowest(now), transfer_->watermark().paused());
}

void Carrier::end() {
  if (!stop_ && transfer_->has_staged()) commit();
  // A producer that failed cannot abort; Kafka does so when its successor begins.
  if (!stop_ || stop_->code != ExitCode::kFailed) forget();
  source_->leave(kLeaveTimeout);
  // When the partitions are with others already: it may take a while.
  transfer_->finish_snapshot(Clock::now() + kLongestFinish);
}

void Carrier::stop(Stop stop) {
  if (!stop_) stop_ = std::move(stop);
}

}  // namespace fusion::bridge
