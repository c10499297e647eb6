#include "controllers/bridges/lag.h"

#include <algorithm>

#include "api/timestamp.h"

namespace fusion::bridges {

std::optional<std::int64_t> position_of(const ObservedPartition& partition, api::StartFrom start_from) {
  if (partition.committed) return partition.committed;
  if (start_from == api::StartFrom::kEarliest) return partition.start_offset;
  return std::nullopt;
}

std::optional<std::int64_t> lag_records(const ObservedGroup& group, api::StartFrom start_from) {
  if (group.partitions.empty()) return std::nullopt;
  std::int64_t lag = 0;
  for (const auto& [number, partition] : group.partitions) {
    const auto position = position_of(partition, start_from);
    if (!position) return std::nullopt;
    lag += std::max<std::int64_t>(0, partition.end_offset - *position);
  }
  return lag;
}

std::optional<std::int64_t> carried_records(const ObservedGroup& group) {
  std::optional<std::int64_t> records;
  for (const auto& [number, partition] : group.partitions) {
    if (partition.progress) records = records.value_or(0) + partition.progress->records;
  }
  return records;
}

std::optional<std::int64_t> dropped_duplicates(const ObservedGroup& group) {
  std::optional<std::int64_t> duplicates;
  for (const auto& [number, partition] : group.partitions) {
    const auto& progress = partition.progress;
    if (!progress || (!progress->window_start && progress->duplicates == 0)) continue;
    duplicates = duplicates.value_or(0) + progress->duplicates;
  }
  return duplicates;
}

bool window_is_short(const ObservedGroup& group) {
  return std::ranges::any_of(group.partitions, [](const auto& entry) {
    const auto& progress = entry.second.progress;
    return progress && progress->window_is_short;
  });
}

bool ids_are_lost(const ObservedGroup& group) {
  return std::ranges::any_of(group.partitions, [](const auto& entry) {
    const auto& progress = entry.second.progress;
    return progress && progress->ids_are_lost;
  });
}

bool holds_ids_without_key(const ObservedGroup& group) {
  return std::ranges::any_of(group.partitions, [](const auto& entry) {
    const auto& progress = entry.second.progress;
    return progress && progress->window_start && progress->last_without_key &&
           *progress->last_without_key >= *progress->window_start;
  });
}

bool holds_reachable_ids(const ObservedGroup& group) {
  return std::ranges::all_of(group.partitions, [](const auto& entry) {
    const auto& [committed, progress, start_offset, end_offset, newest_ms] = entry.second;
    // At the committed offset itself the window is empty.
    const bool is_empty =
        !progress || !progress->window_start || *progress->window_start >= committed.value_or(0);
    return is_empty || *progress->window_start >= start_offset;
  });
}

std::optional<std::chrono::sys_seconds> watermark(const ObservedGroup& group) {
  std::optional<std::int64_t> lowest_ms;
  for (const auto& [number, partition] : group.partitions) {
    if (!partition.progress || !partition.progress->watermark_ms) continue;
    const auto ms = *partition.progress->watermark_ms;
    lowest_ms = std::min(lowest_ms.value_or(ms), ms);
  }
  if (!lowest_ms) return std::nullopt;
  return api::instant_of(std::chrono::milliseconds(*lowest_ms));
}

std::optional<std::chrono::milliseconds> skew(const ObservedGroup& group, api::StartFrom start_from) {
  std::optional<std::int64_t> newest_ms, lowest_ms;
  for (const auto& [number, partition] : group.partitions) {
    const auto position = position_of(partition, start_from);
    if (!position) return std::nullopt;
    if (partition.newest_ms)
      newest_ms = std::max(newest_ms.value_or(*partition.newest_ms), *partition.newest_ms);
    if (*position >= partition.end_offset) continue;
    if (!partition.progress || !partition.progress->watermark_ms) return std::nullopt;
    const auto watermark_ms = *partition.progress->watermark_ms;
    lowest_ms = std::min(lowest_ms.value_or(watermark_ms), watermark_ms);
  }
  if (!newest_ms || !watermark(group)) return std::nullopt;
  return std::chrono::milliseconds(lowest_ms ? std::max<std::int64_t>(0, *newest_ms - *lowest_ms) : 0);
}

std::int64_t bucketed(std::int64_t count) {
  std::int64_t unit = 1;
  while (count / unit >= 100) unit *= 10;
  return count / unit * unit;
}

std::chrono::seconds bucketed(std::chrono::milliseconds time) {
  using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;
  if (time >= hours(24)) return std::chrono::floor<std::chrono::days>(time);
  constexpr seconds kSteps[] = {hours(16),   hours(8),    hours(4),    hours(2),    hours(1),
                                minutes(30), minutes(20), minutes(10), minutes(5),  minutes(2),
                                minutes(1),  seconds(30), seconds(20), seconds(10), seconds(0)};
  const auto step = std::ranges::find_if(kSteps, [&](seconds from) { return time >= from; });
  return step == std::end(kSteps) ? seconds(0) : *step;
}

std::string short_form(std::int64_t count) {
  struct Unit {
    std::int64_t from;  ///< thousands stay digits up to 10k: both are four characters
    std::int64_t size;
    const char* suffix;
  };
  constexpr Unit kUnits[] = {{1'000'000'000'000, 1'000'000'000'000, "T"},
                             {1'000'000'000, 1'000'000'000, "G"},
                             {1'000'000, 1'000'000, "M"},
                             {10'000, 1'000, "k"}};
  for (const auto& [from, size, suffix] : kUnits) {
    if (count < from) continue;
    const auto tenths = count / (size / 10) % 10;
    return std::to_string(count / size) + (tenths != 0 ? "." + std::to_string(tenths) : "") + suffix;
  }
  return std::to_string(count);
}

std::string short_form(std::chrono::seconds time) {
  struct Unit {
    std::int64_t seconds;
    const char* suffix;
  };
  constexpr Unit kUnits[] = {{86'400, "d"}, {3'600, "h"}, {60, "m"}};
  for (const auto& [seconds, suffix] : kUnits) {
    if (time.count() >= seconds) return std::to_string(time.count() / seconds) + suffix;
  }
  return std::to_string(time.count()) + "s";
}

}  // namespace fusion::bridges
