#include "bridge/deduplicator.h"

#include <algorithm>

namespace fusion::bridge {
namespace {

/// The window may not fill up with ids that a transaction would have made it forget.
constexpr int kForgetEvery = 1'000;

}  // namespace

Positions Deduplicator::assign(const Positions& positions) {
  window_.abort();
  // What was being read again is held in part only.
  for (const auto& [partition, until] : reading_again_) covered_.erase(partition);
  reading_again_.clear();
  std::erase_if(covered_, [&](const auto& covered) {
    const auto position = positions.find(covered.first);
    return position == positions.end() || position->second.offset != covered.second;
  });
  Positions again;
  for (const auto& [partition, position] : positions) {
    if (covered_.contains(partition)) continue;
    covered_[partition] = position.offset;
    const auto start = position.progress.window_start.value_or(position.offset);
    if (start >= position.offset) continue;
    again[partition] = {start, position.progress};
    reading_again_[partition] = position.offset;
  }
  window_.keep_only([&](std::int32_t partition) {
    return covered_.contains(partition) && !reading_again_.contains(partition);
  });
  return again;
}

void Deduplicator::read_again(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                              const std::optional<Fingerprint>& id) {
  const auto found = reading_again_.find(partition);
  if (found == reading_again_.end()) return;
  if (offset < found->second && id) {
    window_.insert(partition, offset, timestamp_ms, *id);
    if (++read_again_ % kForgetEvery == 0) window_.commit();
  }
  reached(partition, offset + 1);
}

void Deduplicator::reached(std::int32_t partition, std::int64_t offset) {
  const auto found = reading_again_.find(partition);
  if (found == reading_again_.end() || offset < found->second) return;
  window_.commit();
  reading_again_.erase(found);
}

bool Deduplicator::is_repeat(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                             const Fingerprint& id) {
  return !window_.insert(partition, offset, timestamp_ms, id);
}

void Deduplicator::stage(Positions& positions) const {
  for (auto& [partition, position] : positions) {
    position.progress.window_start = window_.window_start(partition).value_or(position.offset);
    position.progress.window_is_short = window_.is_short();
  }
}

void Deduplicator::commit(const Positions& positions) {
  window_.commit();
  for (const auto& [partition, position] : positions) covered_[partition] = position.offset;
}

}  // namespace fusion::bridge
