#pragma once

#include <functional>

#include "bridge/committer.h"
#include "bridge/sink.h"

namespace fusion::bridge {

/// At least once: waits until everything that was written is stored, then commits the positions to the group.
/// After a failure, or a crash in between, records are written again.
///
/// Waits for as long as the target takes. `sink` must outlive it.
class FlushedCommit : public Committer {
 public:
  /// `waiting` is called every 100 ms of a wait.
  FlushedCommit(Sink& sink, std::function<void()> waiting) : sink_(sink), waiting_(std::move(waiting)) {}

  Outcome initialize(const std::function<bool()>& give_up) override;
  Outcome begin() override;
  bool is_open() const override { return open_; }
  Outcome commit(const Positions& positions, Source& source, const Objection& objection) override;
  Outcome abort() override;

 private:
  void flush();

  Sink& sink_;
  const std::function<void()> waiting_;
  bool open_ = false;
};

}  // namespace fusion::bridge
