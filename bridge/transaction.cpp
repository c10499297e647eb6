#include "bridge/transaction.h"

#include <chrono>

#include "bridge/committed_offsets.h"
#include "bridge/log.h"
#include "bridge/source.h"

namespace fusion::bridge {
namespace {

using std::chrono_literals::operator""s;
using Clock = std::chrono::steady_clock;

constexpr auto kRetryFor = 45s;
constexpr int kRetryPause_ms = 100;
constexpr int kSendOffsetsTimeout_ms = 10'000;
constexpr int kInitTimeout_ms = 5'000;
constexpr int kInitPause_ms = 1'000;
constexpr int kRemainingTransactionTime = -1;  // what librdkafka recommends

}  // namespace

Transaction::Outcome Transaction::call(const char* what, const std::function<rd_kafka_error_t*()>& function) {
  const auto deadline = Clock::now() + kRetryFor;
  for (;;) {
    const kafka::ErrorHandle error(function());
    if (!error) return {};
    const std::string message = std::string(what) + ": " + rd_kafka_error_string(error.get());
    if (rd_kafka_error_txn_requires_abort(error.get()) != 0) {
      return tl::make_unexpected(Failure{Failure::Class::kAbortable, message});
    }
    if (rd_kafka_error_is_fatal(error.get()) != 0 || rd_kafka_error_is_retriable(error.get()) == 0 ||
        Clock::now() > deadline) {
      return tl::make_unexpected(Failure{Failure::Class::kFatal, message});
    }
    log(LogLevel::kWarning, "retrying", {{"call", what}, {"error", rd_kafka_error_string(error.get())}});
    waiting_();
    rd_kafka_poll(producer_, kRetryPause_ms);
  }
}

Transaction::Outcome Transaction::initialize(const std::function<bool()>& give_up) {
  for (;;) {
    const kafka::ErrorHandle error(rd_kafka_init_transactions(producer_, kInitTimeout_ms));
    if (!error) return {};
    const std::string message = rd_kafka_error_string(error.get());
    if (rd_kafka_error_is_retriable(error.get()) == 0 || give_up()) {
      return tl::make_unexpected(Failure{Failure::Class::kFatal, "init_transactions: " + message});
    }
    log(LogLevel::kWarning, "waiting for Kafka's transaction coordinator", {{"error", message}});
    waiting_();
    rd_kafka_poll(producer_, kInitPause_ms);
  }
}

Transaction::Outcome Transaction::begin() {
  auto begun = call("begin_transaction", [&] { return rd_kafka_begin_transaction(producer_); });
  if (begun) open_ = true;
  return begun;
}

Transaction::Outcome Transaction::commit(const Positions& positions, Source& source,
                                         const Objection& objection) {
  if (!open_) {
    if (auto begun = begin(); !begun) return begun;
  }
  const auto offsets = committed_offsets(producer_, source.topic(), positions);
  return call("send_offsets_to_transaction",
              [&] {
                return rd_kafka_send_offsets_to_transaction(producer_, offsets.get(), source.group(),
                                                            kSendOffsetsTimeout_ms);
              })
      .and_then([&]() -> Outcome {
        if (auto why = objection())
          return tl::make_unexpected(Failure{Failure::Class::kAbortable, *std::move(why)});
        return call("commit_transaction",
                    [&] { return rd_kafka_commit_transaction(producer_, kRemainingTransactionTime); });
      })
      .map([&] { open_ = false; });
}

Transaction::Outcome Transaction::abort() {
  auto aborted = call("abort_transaction",
                      [&] { return rd_kafka_abort_transaction(producer_, kRemainingTransactionTime); });
  if (aborted) open_ = false;
  return aborted;
}

}  // namespace fusion::bridge
