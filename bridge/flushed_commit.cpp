#include "bridge/flushed_commit.h"

#include "bridge/source.h"

namespace fusion::bridge {
namespace {

constexpr int kWaitStep_ms = 100;

tl::unexpected<Committer::Failure> abortable(std::string message) {
  return tl::make_unexpected(Committer::Failure{Committer::Failure::Class::kAbortable, std::move(message)});
}

}  // namespace

FlushedCommit::Outcome FlushedCommit::initialize(const std::function<bool()>&) { return {}; }

FlushedCommit::Outcome FlushedCommit::begin() {
  open_ = true;
  return {};
}

FlushedCommit::Outcome FlushedCommit::commit(const Positions& positions, Source& source,
                                             const Objection& objection) {
  open_ = true;
  flush();
  if (sink_.failure()) return abortable(sink_.failure()->message);
  if (auto why = objection()) return abortable(*std::move(why));
  if (const auto error = source.commit(positions)) return abortable("commit of positions: " + *error);
  open_ = false;
  return {};
}

FlushedCommit::Outcome FlushedCommit::abort() {
  // What is under way would come after what is read again: the order of a key would be lost.
  flush();
  open_ = false;
  return {};
}

void FlushedCommit::flush() {
  while (rd_kafka_flush(sink_.producer(), kWaitStep_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) waiting_();
}

}  // namespace fusion::bridge
