#include "tests/faults/verify/ledger.h"

#include <xxhash.h>

#include <algorithm>
#include <tuple>

namespace fusion::faults {
namespace {

constexpr std::int32_t kSeveral = -1;  ///< partitions, or occurrences that are all carried

std::string place(const char* topic, std::int32_t partition, std::int64_t offset) {
  return std::string(topic) + " partition " + std::to_string(partition) + " offset " + std::to_string(offset);
}

}  // namespace

bool Ledger::Counts::all_well() const {
  return std::all_of(faults.begin(), faults.end(), [](const Count& count) { return count.records == 0; });
}

Ledger::Id Ledger::id_of(std::string_view id) {
  const auto hash = XXH3_128bits(id.data(), id.size());
  return {hash.high64, hash.low64};
}

std::uint32_t Ledger::content_of(const Sighting& record) {
  const auto time = static_cast<std::uint64_t>(record.timestamp_ms);
  auto hash = XXH3_64bits_withSeed(record.value.data(), record.value.size(), time);
  if (record.key) hash = XXH3_64bits_withSeed(record.key->data(), record.key->size(), hash + 1);
  return static_cast<std::uint32_t>(hash);
}

void Ledger::in_source(const Sighting& record) {
  ++counts_.source_records;
  entries_.push_back({id_of(record.id), record.offset, record.partition, content_of(record)});
}

void Ledger::close_source() {
  std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
    return std::tie(a.id, a.partition, a.offset) < std::tie(b.id, b.partition, b.offset);
  });
  std::size_t ids = 0;
  for (const Entry& entry : entries_) {
    if (ids == 0 || entries_[ids - 1].id != entry.id) {
      entries_[ids++] = entry;
      continue;
    }
    Entry& first = entries_[ids - 1];
    ++first.in_source;
    if (first.partition != entry.partition || repeats_ == Repeats::kCarried) first.partition = kSeveral;
  }
  entries_.resize(ids);
  counts_.source_ids = static_cast<std::int64_t>(ids);
  counts_.unordered_ids = std::count_if(entries_.begin(), entries_.end(),
                                        [](const Entry& entry) { return entry.partition == kSeveral; });
}

void Ledger::in_target(const Sighting& record) {
  Entry* entry = find(id_of(record.id));
  if (entry == nullptr) return in_target_without_id(record.partition, record.offset);
  ++counts_.target_records;
  if (++entry->in_target > expected(*entry)) return blame(kRepeated, record);
  if (content_of(record) != entry->content) blame(kChanged, record);
  if (record.key && entry->partition != kSeveral) check_order(record, *entry);
}

void Ledger::in_target_without_id(std::int32_t partition, std::int64_t offset) {
  ++counts_.target_records;
  blame(kUnexpected, {partition, offset, {}, {}, {}, 0});
}

void Ledger::check_order(const Sighting& record, const Entry& entry) {
  const auto partitions = static_cast<std::uint64_t>(entry.partition) << 32 |
                          static_cast<std::uint64_t>(static_cast<std::uint32_t>(record.partition));
  const auto key = XXH3_64bits_withSeed(record.key->data(), record.key->size(), partitions);
  const auto [last, is_first] = last_.try_emplace(key, entry.offset);
  if (!is_first && entry.offset < last->second) blame(kMisordered, record);
  last->second = std::max(last->second, entry.offset);
}

Ledger::Counts Ledger::counts() const {
  Counts counts = counts_;
  auto& lost = counts.faults[kLost];
  for (const Entry& entry : entries_) {
    if (entry.in_target >= expected(entry)) continue;
    lost.records += expected(entry) - entry.in_target;
    if (!lost.first.empty()) continue;
    lost.first = entry.partition == kSeveral ? "an id that the source holds more than once"
                                             : place("source", entry.partition, entry.offset);
  }
  return counts;
}

Ledger::Entry* Ledger::find(const Id& id) {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), id,
                                      [](const Entry& entry, const Id& wanted) { return entry.id < wanted; });
  return found == entries_.end() || found->id != id ? nullptr : &*found;
}

std::uint32_t Ledger::expected(const Entry& entry) const {
  return repeats_ == Repeats::kCarried ? entry.in_source : 1;
}

void Ledger::blame(Fault fault, const Sighting& record) {
  auto& count = counts_.faults[fault];
  ++count.records;
  if (count.first.empty()) count.first = place("target", record.partition, record.offset);
}

}  // namespace fusion::faults
