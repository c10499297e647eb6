#include "tests/faults/kills/offset_watch.h"

#include <chrono>
#include <utility>

#include "contract/progress.h"
#include "tests/integration/kafka/kafka_fixture.h"

namespace fusion::faults {
namespace {

constexpr auto kPause = std::chrono::milliseconds(20);

}  // namespace

OffsetWatch::OffsetWatch(kafka::Admin& admin, std::string group)
    : admin_(admin), group_(std::move(group)), thread_([this](const std::stop_token& stop) {
        for (; !stop.stop_requested(); std::this_thread::sleep_for(kPause)) look();
      }) {}

std::map<std::int32_t, OffsetWatch::Seen> OffsetWatch::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void OffsetWatch::broker_was_killed() {
  const std::lock_guard lock(mutex_);
  for (const auto& [partition, newest] : seen_) returning_.insert(partition);
}

std::int64_t OffsetWatch::behind() const {
  const std::lock_guard lock(mutex_);
  return behind_;
}

std::vector<std::string> OffsetWatch::setbacks() const {
  const std::lock_guard lock(mutex_);
  return setbacks_;
}

std::int64_t OffsetWatch::looks() const {
  const std::lock_guard lock(mutex_);
  return looks_;
}

void OffsetWatch::look() {
  const auto answer = kafka::ask<kafka::Result<kafka::PerPartition<kafka::CommittedOffset>>>(
      [&](auto done) { admin_.group_offsets(group_, {}, true, done); });
  if (!answer) return;
  const std::lock_guard lock(mutex_);
  ++looks_;
  for (const auto& [partition, committed] : *answer) {
    if (committed) note(partition.partition, *committed);
  }
}

void OffsetWatch::note(std::int32_t partition, const kafka::CommittedOffset& committed) {
  const auto progress = contract::parse_metadata(committed.metadata).value();
  const Seen now{committed.offset, progress.records, progress.duplicates};
  if (returning_.contains(partition)) {
    if (now.offset < seen_[partition].offset) {
      ++behind_;
      return;
    }
    returning_.erase(partition);
  }
  const Seen before = std::exchange(seen_[partition], now);
  if (now.offset < before.offset || now.records < before.records || now.duplicates < before.duplicates) {
    setbacks_.push_back("partition " + std::to_string(partition) + ": offset " +
                        std::to_string(before.offset) + " to " + std::to_string(now.offset) + ", records " +
                        std::to_string(before.records) + " to " + std::to_string(now.records) +
                        ", duplicates " + std::to_string(before.duplicates) + " to " +
                        std::to_string(now.duplicates));
  }
}

}  // namespace fusion::faults
