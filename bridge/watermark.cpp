#include "bridge/watermark.h"

#include <algorithm>

namespace fusion::bridge {

void Watermark::assign(const std::map<std::int32_t, std::optional<std::int64_t>>& committed_ms, Time now) {
  entries_.clear();
  lowest_ms_.reset();
  for (const auto& [partition, watermark_ms] : committed_ms) {
    const auto index = static_cast<std::size_t>(partition);
    if (entries_.size() <= index) entries_.resize(index + 1);
    entries_[index].followed = true;
    entries_[index].watermark_ms = watermark_ms;
    entries_[index].quiet_since = now;
  }
  lowest(now);
}

void Watermark::read(std::int32_t partition, std::optional<std::int64_t> event_time_ms, Time now) {
  auto& entry = entries_[static_cast<std::size_t>(partition)];
  entry.quiet_since = now;
  // More may have come with it: Kafka has to say anew that this was the last one.
  entry.at_end.reset();
  if (!event_time_ms) return;
  const auto reached_ms = *event_time_ms - limits_.max_out_of_orderness.count();
  if (!entry.watermark_ms || *entry.watermark_ms < reached_ms) entry.watermark_ms = reached_ms;
}

void Watermark::asked(std::int32_t partition, bool at_end, Time now) {
  auto& entry = entries_[static_cast<std::size_t>(partition)];
  if (!at_end) {
    entry.at_end.reset();
    return;
  }
  if (!entry.at_end) entry.quiet_since = now;
  entry.at_end = now;
}

Watermark::Pauses Watermark::decide(Time now) {
  Pauses pauses;
  const auto lowest_ms = limits_.max_drift ? lowest_of_active(now) : std::nullopt;
  if (!lowest_ms) return pauses;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    auto& entry = entries_[i];
    if (!entry.followed || !entry.watermark_ms) continue;
    const Milliseconds ahead(*entry.watermark_ms - *lowest_ms);
    if (!entry.paused && ahead > *limits_.max_drift) {
      entry.paused = true;
      pauses.pause.push_back(static_cast<std::int32_t>(i));
    } else if (entry.paused && ahead <= *limits_.max_drift / 2) {
      entry.paused = false;
      entry.at_end.reset();
      entry.quiet_since = now;
      pauses.resume.push_back(static_cast<std::int32_t>(i));
    }
  }
  return pauses;
}

std::optional<std::int64_t> Watermark::of(std::int32_t partition) const {
  return entries_[static_cast<std::size_t>(partition)].watermark_ms;
}

std::optional<std::int64_t> Watermark::lowest(Time now) {
  const bool is_unknown = std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.followed && !entry.watermark_ms && !is_idle(entry, now);
  });
  const auto lowest_ms = is_unknown ? std::nullopt : lowest_of_active(now);
  if (lowest_ms && (!lowest_ms_ || *lowest_ms_ < *lowest_ms)) lowest_ms_ = lowest_ms;
  return lowest_ms_;
}

bool Watermark::is_idle(std::int32_t partition, Time now) const {
  return is_idle(entries_[static_cast<std::size_t>(partition)], now);
}

std::size_t Watermark::paused() const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [](const Entry& entry) { return entry.paused; }));
}

bool Watermark::is_idle(const Entry& entry, Time now) const {
  return limits_.idle_after && !entry.paused && entry.at_end && now - *entry.at_end <= kLately &&
         now - entry.quiet_since >= *limits_.idle_after;
}

std::optional<std::int64_t> Watermark::lowest_of_active(Time now) const {
  std::optional<std::int64_t> lowest_ms;
  for (const auto& entry : entries_) {
    if (!entry.followed || !entry.watermark_ms || is_idle(entry, now)) continue;
    lowest_ms = std::min(lowest_ms.value_or(*entry.watermark_ms), *entry.watermark_ms);
  }
  return lowest_ms;
}

}  // namespace fusion::bridge
