#include "bridge/id_window.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace fusion::bridge {
namespace {

std::uint32_t seconds(std::int64_t timestamp_ms) {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint32_t>::max();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(timestamp_ms / 1'000, 0, kMost));
}

}  // namespace

IdWindow::IdWindow(const Limits& limits)
    : limits_(limits),
      entries_(limits.max_ids),
      slots_(std::bit_ceil(std::max<std::size_t>(2, std::size_t{limits.max_ids} * 4 / 3 + 1)), kNone) {
  for (Index index = limits.max_ids; index > 0; --index) {
    entry(index).next = free_;
    free_ = index;
  }
}

IdWindow::Entry IdWindow::make_entry(std::int32_t partition, std::int64_t offset, std::int64_t timestamp_ms,
                                     const Fingerprint& id) {
  return {id, static_cast<std::uint64_t>(offset), static_cast<std::uint16_t>(partition),
          seconds(timestamp_ms), kNone};
}

bool IdWindow::insert(std::int32_t number, std::int64_t offset, std::int64_t timestamp_ms,
                      const Fingerprint& id) {
  if (slots_[find_slot(id)] != kNone) return false;
  const auto index = take_free();
  if (!index) return true;
  entry(*index) = make_entry(number, offset, timestamp_ms, id);
  slots_[find_slot(id)] = *index;
  append(number, *index);
  return true;
}

void IdWindow::insert_again(std::int32_t number, std::int64_t offset, std::int64_t timestamp_ms,
                            const Fingerprint& id) {
  const auto index = take_free();
  if (!index) return;
  entry(*index) = make_entry(number, offset, timestamp_ms, id);
  slots_[find_slot(id, number)] = *index;
  append(number, *index);
}

std::optional<IdWindow::Holder> IdWindow::only_holder(const Fingerprint& id) const {
  std::optional<Holder> holder;
  for (std::size_t slot = home(id); slots_[slot] != kNone; slot = (slot + 1) & (slots_.size() - 1)) {
    const auto& held = entry(slots_[slot]);
    if (held.id != id) continue;
    if (holder) return std::nullopt;
    holder = {static_cast<std::int32_t>(held.partition), static_cast<std::int64_t>(held.offset)};
  }
  return holder;
}

void IdWindow::append(std::int32_t number, Index index) {
  ++size_;
  auto& partition = partitions_[number];
  if (partition.last == partition.last_committed) staged_.push_back(number);
  (partition.last == kNone ? partition.first : entry(partition.last).next) = index;
  partition.last = index;
  ++partition.size;
}

void IdWindow::commit() {
  for (const auto number : staged_) {
    auto& partition = partitions_.at(number);
    Index index = partition.last_committed == kNone ? partition.first : entry(partition.last_committed).next;
    for (; index != kNone; index = entry(index).next)
      partition.newest_s = std::max(partition.newest_s, entry(index).time_s);
    partition.last_committed = partition.last;
    forget_passed(partition);
  }
  staged_.clear();
}

void IdWindow::abort() {
  for (const auto number : staged_) {
    auto& partition = partitions_.at(number);
    auto& end = partition.last_committed == kNone ? partition.first : entry(partition.last_committed).next;
    for (Index index = std::exchange(end, kNone); index != kNone;) {
      remove_from_slots(index);
      const Index next = std::exchange(entry(index).next, free_);
      free_ = index;
      index = next;
      --partition.size;
      --size_;
    }
    partition.last = partition.last_committed;
  }
  staged_.clear();
}

std::optional<std::int64_t> IdWindow::window_start(std::int32_t number) const {
  const auto found = partitions_.find(number);
  if (found == partitions_.end() || found->second.first == kNone) return std::nullopt;
  return static_cast<std::int64_t>(entry(found->second.first).offset);
}

std::vector<IdWindow::Held> IdWindow::copy(std::int32_t number, Cursor& cursor, std::size_t most) const {
  std::vector<Held> copied;
  const auto found = partitions_.find(number);
  if (found == partitions_.end() || found->second.last_committed == kNone) return copied;
  const auto& partition = found->second;
  const auto offset_of = [this](Index index) { return static_cast<std::int64_t>(entry(index).offset); };
  const bool is_held = cursor.offset >= offset_of(partition.first);
  for (Index last = is_held ? cursor.entry : kNone;
       last != partition.last_committed && copied.size() < most;) {
    last = last == kNone ? partition.first : entry(last).next;
    copied.push_back({entry(last).id, offset_of(last), entry(last).time_s});
    cursor = {last, offset_of(last)};
  }
  return copied;
}

void IdWindow::keep_only(const std::function<bool(std::int32_t)>& is_kept) {
  for (auto& [number, partition] : partitions_) {
    while (!is_kept(number) && partition.first != kNone) forget_first(partition);
  }
  std::erase_if(partitions_, [](const auto& entry) { return entry.second.first == kNone; });
}

std::size_t IdWindow::bytes() const {
  return entries_.capacity() * sizeof(Entry) + slots_.capacity() * sizeof(Index);
}

/// The slot that holds the id, or the free one where it belongs.
std::size_t IdWindow::find_slot(const Fingerprint& id) const {
  std::size_t slot = home(id);
  while (slots_[slot] != kNone && entry(slots_[slot]).id != id) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

/// The slot that holds the partition's last entry with the id, or the free one where it belongs.
std::size_t IdWindow::find_slot(const Fingerprint& id, std::int32_t partition) const {
  const auto is_it = [&](const Entry& held) {
    return held.id == id && held.partition == static_cast<std::uint16_t>(partition);
  };
  std::size_t slot = home(id);
  while (slots_[slot] != kNone && !is_it(entry(slots_[slot]))) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

/// Moves what stands behind the emptied slot up, so that no search ends before what it looks for (Knuth,
/// The Art of Computer Programming, volume 3, section 6.4, algorithm R).
void IdWindow::remove_from_slots(Index index) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t hole = home(entry(index).id);
  while (slots_[hole] != index && slots_[hole] != kNone) hole = (hole + 1) & mask;
  if (slots_[hole] == kNone) return;  // a later entry has taken its place
  slots_[hole] = kNone;
  for (std::size_t slot = (hole + 1) & mask; slots_[slot] != kNone; slot = (slot + 1) & mask) {
    const std::size_t wanted = home(entry(slots_[slot]).id);
    // It may move if its home does not lie after the hole, on the way round to where it stands.
    if (((slot - wanted) & mask) < ((slot - hole) & mask)) continue;
    slots_[hole] = std::exchange(slots_[slot], kNone);
    hole = slot;
  }
}

std::optional<IdWindow::Index> IdWindow::take_free() {
  if (free_ == kNone && !make_room()) return std::nullopt;
  const Index index = free_;
  free_ = entry(index).next;
  return index;
}

/// False: all that is held is staged.
bool IdWindow::make_room() {
  is_short_ = true;
  Partition* fullest = nullptr;
  for (auto& [number, partition] : partitions_) {
    if (partition.last_committed == kNone) continue;
    if (fullest == nullptr || partition.size > fullest->size) fullest = &partition;
  }
  if (fullest == nullptr) return false;
  forget_first(*fullest);
  return true;
}

void IdWindow::forget_first(Partition& partition) {
  const Index index = partition.first;
  remove_from_slots(index);
  if (partition.last_committed == index) partition.last_committed = kNone;
  partition.first = std::exchange(entry(index).next, free_);
  if (partition.first == kNone) partition.last = kNone;
  free_ = index;
  --partition.size;
  --size_;
}

void IdWindow::forget_passed(Partition& partition) {
  const auto duration_s = static_cast<std::uint64_t>(std::max<std::int64_t>(0, limits_.duration.count()));
  while (partition.size > limits_.records &&
         std::uint64_t{entry(partition.first).time_s} + duration_s < partition.newest_s) {
    forget_first(partition);
  }
}

}  // namespace fusion::bridge
