#include "bridge/offset_tracker.h"

#include <algorithm>

namespace fusion::bridge {

void OffsetTracker::assign(const Positions& committed) {
  entries_.clear();
  staged_ = false;
  if (!committed.empty()) entries_.resize(static_cast<std::size_t>(committed.rbegin()->first) + 1);
  for (const auto& [partition, position] : committed) {
    entries_[static_cast<std::size_t>(partition)] = {true, position, position};
  }
}

bool OffsetTracker::follows(std::int32_t partition) const {
  const auto index = static_cast<std::size_t>(partition);
  return index < entries_.size() && entries_[index].followed;
}

std::int64_t OffsetTracker::next_offset(std::int32_t partition) const {
  return entries_[static_cast<std::size_t>(partition)].staged.offset;
}

void OffsetTracker::carried(std::int32_t partition, std::int64_t offset, std::int64_t bytes,
                            std::optional<std::int64_t> watermark_ms) {
  Position& staged = entries_[static_cast<std::size_t>(partition)].staged;
  staged.offset = offset + 1;
  staged.progress.records += 1;
  staged.progress.bytes += bytes;
  if (watermark_ms) {
    staged.progress.watermark_ms =
        std::max(staged.progress.watermark_ms.value_or(*watermark_ms), *watermark_ms);
  }
  staged_ = true;
}

void OffsetTracker::had_no_key(std::int32_t partition, std::int64_t offset) {
  entries_[static_cast<std::size_t>(partition)].staged.progress.last_without_key = offset;
}

void OffsetTracker::dropped(std::int32_t partition, std::int64_t offset) {
  Position& staged = entries_[static_cast<std::size_t>(partition)].staged;
  staged.offset = offset + 1;
  staged.progress.duplicates += 1;
  staged_ = true;
}

void OffsetTracker::set_aside(std::int32_t partition, std::int64_t offset) {
  Position& staged = entries_[static_cast<std::size_t>(partition)].staged;
  staged.offset = offset + 1;
  staged.progress.dead_letters += 1;
  staged_ = true;
}

void OffsetTracker::reached_end(std::int32_t partition, std::int64_t offset) {
  Position& staged = entries_[static_cast<std::size_t>(partition)].staged;
  if (offset <= staged.offset) return;
  staged.offset = offset;
  staged_ = true;
}

Positions OffsetTracker::staged() const {
  Positions moved;
  for (std::size_t partition = 0; partition < entries_.size(); ++partition) {
    const Entry& entry = entries_[partition];
    if (entry.followed && entry.staged.offset != entry.committed.offset) {
      moved.emplace(static_cast<std::int32_t>(partition), entry.staged);
    }
  }
  return moved;
}

OffsetTracker::Carried OffsetTracker::commit() {
  Carried carried;
  for (Entry& entry : entries_) {
    carried.records += entry.staged.progress.records - entry.committed.progress.records;
    carried.bytes += entry.staged.progress.bytes - entry.committed.progress.bytes;
    carried.duplicates += entry.staged.progress.duplicates - entry.committed.progress.duplicates;
    carried.dead_letters += entry.staged.progress.dead_letters - entry.committed.progress.dead_letters;
    entry.committed = entry.staged;
  }
  staged_ = false;
  return carried;
}

Positions OffsetTracker::committed() const {
  Positions all;
  for (std::size_t partition = 0; partition < entries_.size(); ++partition) {
    if (entries_[partition].followed) {
      all.emplace(static_cast<std::int32_t>(partition), entries_[partition].committed);
    }
  }
  return all;
}

}  // namespace fusion::bridge
