#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "controllers/bridges/observed_bridge.h"

namespace fusion::bridges {

/// The offset of the next record that the bridge will carry: the committed one, or without a commit the
/// earliest if the bridge starts there. Unset: not known.
std::optional<std::int64_t> position_of(const ObservedPartition& partition, api::StartFrom start_from);

/// Records between the committed and the last stable offset, summed over partitions. A partition without a
/// commit counts from its earliest offset if the bridge starts there; otherwise where it will start is not
/// known, and neither is the lag. No partitions: not known.
std::optional<std::int64_t> lag_records(const ObservedGroup& group, api::StartFrom start_from);

/// Records carried since the group exists. Unset: nothing known.
std::optional<std::int64_t> carried_records(const ObservedGroup& group);

/// Repeats dropped since the group exists. Unset: nothing known, or nobody has looked for any.
std::optional<std::int64_t> dropped_duplicates(const ObservedGroup& group);

/// Whether ids had to be forgotten before their time in some partition.
bool window_is_short(const ObservedGroup& group);

/// Whether ids were lost in some partition, and its window has not turned over since.
bool ids_are_lost(const ObservedGroup& group);

/// Whether the id of a record without a key is held in some partition.
bool holds_ids_without_key(const ObservedGroup& group);

/// Whether Kafka still has every record whose id is held, so that all of them can be read again.
bool holds_reachable_ids(const ObservedGroup& group);

/// The lowest of the partitions' highest committed record times, those without one left out. Unset: none, or
/// one that a status cannot tell.
std::optional<std::chrono::sys_seconds> watermark(const ObservedGroup& group);

/// The distance between the newest record's time in the input and the bridge's watermark there: the lowest of
/// the partitions that hold something to carry, zero if none does. Unset: one of the two is not known.
std::optional<std::chrono::milliseconds> skew(const ObservedGroup& group, api::StartFrom start_from);

/// `count` rounded down to two significant digits, so that status changes seldom: 0, 7, 42, 1200, 57000.
std::int64_t bucketed(std::int64_t count);

/// `time` rounded down to a step of a scale that grows from 10 s by a half to a double each, so that the
/// status of a bridge that stands still changes seldom: 0, 10, 20, 30, 60, 120 s and so on, from a day on
/// whole days.
std::chrono::seconds bucketed(std::chrono::milliseconds time);

/// A bucketed count for a printer column: "0", "1200", "12k", "3.4M".
std::string short_form(std::int64_t count);

/// A bucketed time for a printer column: "0s", "30s", "5m", "2h", "3d".
std::string short_form(std::chrono::seconds time);

}  // namespace fusion::bridges
