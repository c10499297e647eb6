#include "bridge/snapshot_copy.h"

#include <utility>

namespace fusion::bridge {

SnapshotCopy::SnapshotCopy(IdSnapshot about, const Deduplicator& deduplicator) : snapshot_(std::move(about)) {
  const auto known = deduplicator.partitions();
  partitions_.assign(known.rbegin(), known.rend());
}

std::string SnapshotCopy::next(const Deduplicator& deduplicator, std::size_t most_ids) {
  std::string bytes;
  for (std::size_t left = most_ids; !partitions_.empty();) {
    const auto ids = deduplicator.window().copy(partitions_.back(), cursor_, left);
    const auto begin = bytes.size();
    for (const auto& held : ids) append_id(bytes, held);
    checksum_.add(std::string_view(bytes).substr(begin));
    part_ids_ += ids.size();
    left -= ids.size();
    if (left == 0) return bytes;  // there may be more
    end_part(deduplicator.stretch(partitions_.back()));
  }
  is_complete_ = true;
  return bytes + encode(snapshot_);
}

void SnapshotCopy::end_part(IdStretch stretch) {
  stretch.ids = std::exchange(part_ids_, 0);
  ids_ += stretch.ids;
  snapshot_.parts.push_back({stretch, checksum_.value()});
  partitions_.pop_back();
  cursor_ = {};
  checksum_ = {};
}

}  // namespace fusion::bridge
