#pragma once

#include <functional>

#include "bridge/committer.h"
#include "kafka/handles.h"

namespace fusion::bridge {

/// Exactly once: records and positions are committed in one transaction of the producer. librdkafka's error
/// classes (its examples/transactions.c): a *retriable* error is retried here, the same call with the same
/// arguments, for at most 45 s; an *abortable* one comes back as such; everything else is *fatal*.
///
/// Calls wait up to the transaction's timeout each. `producer` must outlive it.
class Transaction : public Committer {
 public:
  /// `waiting` is called before each retry.
  Transaction(rd_kafka_t* producer, std::function<void()> waiting)
      : producer_(producer), waiting_(std::move(waiting)) {}

  /// Fences earlier holders of the transactional id and ends what they left open.
  Outcome initialize(const std::function<bool()>& give_up) override;
  Outcome begin() override;
  bool is_open() const override { return open_; }
  /// With the group's member and generation as they were when the partitions were assigned.
  Outcome commit(const Positions& positions, Source& source, const Objection& objection) override;
  /// Kafka's readers never see what was written since `begin`.
  Outcome abort() override;

 private:
  Outcome call(const char* what, const std::function<rd_kafka_error_t*()>& function);

  rd_kafka_t* const producer_;
  const std::function<void()> waiting_;
  bool open_ = false;
};

}  // namespace fusion::bridge
