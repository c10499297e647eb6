#include "controllers/bridges/progress_history.h"

#include <algorithm>

#include "controllers/bridges/lag.h"

namespace fusion::bridges {

using std::chrono::milliseconds;

/// The instant whose neighbours are closest to each other goes: so those that stay lie about evenly.
void ProgressHistory::forget_one(std::vector<Seen>& seen) {
  std::size_t least = 1;
  const auto gap = [&](std::size_t i) { return seen[i + 1].at - seen[i - 1].at; };
  for (std::size_t i = 2; i + 1 < seen.size(); ++i) {
    if (gap(i) < gap(least)) least = i;
  }
  seen.erase(seen.begin() + static_cast<std::ptrdiff_t>(least));
}

void ProgressHistory::observe(Instant at, const ObservedGroup& group, api::StartFrom start_from) {
  if (last_ && at <= *last_) return;
  last_ = at;
  std::erase_if(partitions_, [&](const auto& entry) { return !group.partitions.contains(entry.first); });
  for (const auto& [number, observed] : group.partitions) {
    auto& partition = partitions_[number];
    partition.position = position_of(observed, start_from);
    follow(partition, observed.end_offset);
  }
  count(carried_records(group));
}

void ProgressHistory::follow(Partition& partition, std::int64_t end_offset) const {
  auto& seen = partition.seen;
  if (!seen.empty() && end_offset < seen.back().end_offset) seen.clear();  // another log has begun
  if (seen.empty() || end_offset > seen.back().end_offset) seen.push_back({*last_, end_offset});
  if (!partition.position) return;
  // Of what the bridge has passed, the last instant is enough to know when it was not behind.
  const auto ahead = std::ranges::upper_bound(seen, *partition.position, {}, &Seen::end_offset);
  if (ahead - seen.begin() > 1) seen.erase(seen.begin(), ahead - 1);
  if (seen.size() > kMostSeen) forget_one(seen);
}

void ProgressHistory::count(std::optional<std::int64_t> records) {
  if (!records || (!carried_.empty() && *records < carried_.back().records)) carried_.clear();
  if (!records) return;
  carried_.push_back({*last_, *records});
  while (carried_.size() > 2 && *last_ - carried_[1].at >= kRateOver) carried_.pop_front();
}

Pace ProgressHistory::pace() const { return {lag(), records_per_second()}; }

std::optional<milliseconds> ProgressHistory::lag() const {
  if (partitions_.empty()) return std::nullopt;
  milliseconds longest{0};
  for (const auto& [number, partition] : partitions_) {
    if (!partition.position) return std::nullopt;
    const auto& seen = partition.seen;
    const auto ahead = std::ranges::upper_bound(seen, *partition.position, {}, &Seen::end_offset);
    if (ahead == seen.end()) continue;
    if (ahead == seen.begin()) return std::nullopt;  // it was behind before anybody looked
    longest = std::max(longest, std::chrono::floor<milliseconds>(*last_ - ahead->at));
  }
  return longest;
}

std::optional<double> ProgressHistory::records_per_second() const {
  if (carried_.size() < 2) return std::nullopt;
  const auto& first = carried_.front();
  const auto& last = carried_.back();
  return static_cast<double>(last.records - first.records) /
         std::chrono::duration<double>(last.at - first.at).count();
}

}  // namespace fusion::bridges
