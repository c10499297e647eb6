#pragma once

#include <functional>
#include <string>
#include <tl/expected.hpp>

#include "bridge/offset_tracker.h"
#include "kafka/handles.h"

namespace fusion::bridge {

/// Transactions of one producer, with librdkafka's error classes (its examples/transactions.c):
/// a *retriable* error is retried here, the same call with the same arguments, for at most 45 s; an
/// *abortable* one comes back as such, and `abort` must follow; everything else is *fatal*: only a new
/// producer helps.
///
/// Calls wait for Kafka, up to the transaction's timeout each. Not thread-safe; `producer` must outlive it.
class Transaction {
 public:
  struct Failure {
    enum class Class { kAbortable, kFatal };
    Class error_class = Class::kFatal;
    std::string message;

    bool is_fatal() const { return error_class == Class::kFatal; }
  };
  using Outcome = tl::expected<void, Failure>;

  /// `waiting` is called before each retry.
  Transaction(rd_kafka_t* producer, std::function<void()> waiting)
      : producer_(producer), waiting_(std::move(waiting)) {}

  /// Once, before the first `begin`: fences earlier holders of the transactional id and ends what they left
  /// open. Gives up with a fatal failure when `give_up` becomes true; until then an absent Kafka is waited
  /// for.
  Outcome initialize(const std::function<bool()>& give_up);

  Outcome begin();
  bool is_open() const { return open_; }

  /// Commits what was produced since `begin` together with these positions of `topic`; begins by itself if
  /// there is nothing but positions. `group`: as it was when the partitions were assigned.
  Outcome commit(const std::string& topic, const Positions& positions,
                 const rd_kafka_consumer_group_metadata_t* group);

  /// Forgets what was produced since `begin`.
  Outcome abort();

 private:
  Outcome call(const char* what, const std::function<rd_kafka_error_t*()>& function);

  rd_kafka_t* const producer_;
  const std::function<void()> waiting_;
  bool open_ = false;
};

}  // namespace fusion::bridge
