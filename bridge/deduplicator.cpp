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
  for (const auto& [partition, reading] : reading_again_) covered_.erase(partition);
  reading_again_.clear();
  records_read_again_ = 0;
  std::erase_if(covered_, [&](const auto& covered) {
    const auto position = positions.find(covered.first);
    return position == positions.end() || position->second.offset != covered.second.until;
  });
  for (const auto& [partition, position] : positions) {
    if (covered_.contains(partition)) continue;
    const auto& progress = position.progress;
    const bool goes_on = progress.window_start && progress.window_era > 0;
    covered_[partition] = {.until = position.offset,
                           .era = goes_on ? progress.window_era : new_era_,
                           .taken_over_at = position.offset,
                           .first_since = std::nullopt,
                           .is_short = progress.window_is_short,
                           .ids_are_lost = progress.ids_are_lost};
    const auto start = progress.window_start.value_or(position.offset);
    if (start < position.offset) reading_again_[partition] = {start, position.offset};
  }
  window_.keep_only([&](std::int32_t partition) {
    return covered_.contains(partition) && !reading_again_.contains(partition);
  });
  return to_read_again();
}

Positions Deduplicator::to_read_again() const {
  Positions again;
  for (const auto& [partition, reading] : reading_again_) again[partition].offset = reading.from;
  return again;
}

void Deduplicator::read_again(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                              const std::optional<Fingerprint>& id) {
  const auto found = reading_again_.find(partition);
  if (found == reading_again_.end()) return;
  if (offset < found->second.until) {
    if (id) window_.insert_again(partition, offset, timestamp_ms, *id);
    if (++records_read_again_ % kForgetEvery == 0) window_.commit();
  }
  reached(partition, offset + 1);
}

void Deduplicator::reached(std::int32_t partition, std::int64_t offset) {
  const auto found = reading_again_.find(partition);
  if (found == reading_again_.end() || offset < found->second.until) return;
  window_.commit();
  reading_again_.erase(found);
}

bool Deduplicator::can_recall(const IdStretch& stretch) const {
  const auto reading = reading_again_.find(stretch.partition);
  if (reading == reading_again_.end() || covered_.at(stretch.partition).era != stretch.era) return false;
  const auto& [from, until] = reading->second;
  return stretch.window_start <= from && from < stretch.covered && stretch.covered <= until &&
         stretch.ids <= window_.room();
}

void Deduplicator::recall(const IdStretch& stretch, const IdWindow::Held& held) {
  // The window has passed what stands before: such an id may have been carried anew since.
  if (held.offset < reading_again_.at(stretch.partition).from) return;
  window_.insert_again(stretch.partition, held.offset, std::int64_t{held.time_s} * 1'000, held.id);
}

void Deduplicator::end_recall(const IdStretch& stretch, bool is_whole) {
  if (!is_whole) return window_.abort();
  window_.commit();
  reading_again_.at(stretch.partition).from = stretch.covered;
  reached(stretch.partition, stretch.covered);
}

std::vector<std::int32_t> Deduplicator::partitions() const {
  std::vector<std::int32_t> known;
  for (const auto& [partition, covered] : covered_) {
    if (!reading_again_.contains(partition)) known.push_back(partition);
  }
  return known;
}

IdStretch Deduplicator::stretch(std::int32_t partition) const {
  const auto& covered = covered_.at(partition);
  const auto start = window_.window_start(partition).value_or(covered.until);
  return {partition, covered.era, std::min(start, covered.until), covered.until, 0};
}

bool Deduplicator::is_repeat(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                             const Fingerprint& id) {
  return !window_.insert(partition, offset, timestamp_ms, id);
}

void Deduplicator::carry_all_the_same(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                                      const Fingerprint& id) {
  window_.insert_again(partition, offset, timestamp_ms, id);
}

void Deduplicator::stage(Positions& positions) {
  for (auto& [partition, position] : positions) {
    auto& covered = covered_.at(partition);
    const auto lowest = window_.window_start(partition);
    covered.look(lowest);
    position.progress.window_start = lowest.value_or(position.offset);
    position.progress.window_is_short = window_.is_short() || covered.is_short;
    position.progress.window_era = covered.era;
    position.progress.ids_are_lost = covered.ids_are_lost;
  }
}

void Deduplicator::Covered::look(std::optional<std::int64_t> lowest_held) {
  if (!lowest_held || *lowest_held < taken_over_at) return;
  if (!first_since) first_since = lowest_held;
  if (*lowest_held != *first_since) is_short = ids_are_lost = false;
}

void Deduplicator::commit(const Positions& positions) {
  window_.commit();
  for (const auto& [partition, position] : positions) covered_.at(partition).until = position.offset;
}

}  // namespace fusion::bridge
