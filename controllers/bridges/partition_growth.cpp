#include "controllers/bridges/partition_growth.h"

#include <algorithm>

namespace fusion::bridges {
namespace {

/// Whether no id of the partition is held that lies before `end`.
bool is_beyond(const ObservedGroup& group, int number, std::int64_t end) {
  if (end == 0) return true;
  const auto partition = group.partitions.find(number);
  if (partition == group.partitions.end() || !partition->second.progress) return false;
  const auto& window_start = partition->second.progress->window_start;
  return window_start && *window_start >= end;
}

}  // namespace

void PartitionGrowth::observe(Instant at, const ObservedGroup& group) {
  if (!began_) began_ = at;
  if (!ends_) {
    if (at - *began_ < kProducersFollowIn || group.partitions.empty()) return;
    ends_.emplace();
    for (const auto& [number, partition] : group.partitions) (*ends_)[number] = partition.end_offset;
  }
  over_ = std::ranges::all_of(*ends_,
                              [&](const auto& entry) { return is_beyond(group, entry.first, entry.second); });
}

}  // namespace fusion::bridges
