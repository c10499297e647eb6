#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace fusion::faults {

/// A record as it was read from a topic. Views hold during the call that they are given to.
struct Sighting {
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::string_view id;
  std::optional<std::string_view> key;
  std::string_view value;
  std::int64_t timestamp_ms = 0;
};

/// Compares what a target holds with what its source holds, record by record.
///
/// First the whole source, `close_source`, then the target; the records of each partition in the order of
/// their offsets, partitions in any order. Ids and keys count by 128 and 64 bits of XXH3.
///
/// Memory: 40 bytes for each record of the source, and an entry of a hash map for each key and pair of
/// partitions that it was carried between. Not thread-safe.
class Ledger {
 public:
  /// How often a record must be in the target whose id is in the source n times.
  enum class Repeats {
    kCarried,  ///< n times
    kDropped,  ///< once
  };

  /// What must not be.
  enum Fault { kLost, kRepeated, kMisordered, kUnexpected, kChanged };
  static constexpr std::array<const char*, 5> kNames{"lost", "repeated", "misordered", "unexpected",
                                                     "changed"};
  struct Count {
    std::int64_t records = 0;
    std::string first;  ///< where one of them is; empty when there is none
  };
  struct Counts {
    std::int64_t source_records = 0;
    std::int64_t source_ids = 0;
    std::int64_t target_records = 0;
    /// Ids whose order nobody can tell, because they are in the source more than once: in several partitions,
    /// or with Repeats::kCarried.
    std::int64_t unordered_ids = 0;
    std::array<Count, kNames.size()> faults;

    bool all_well() const;
  };

  explicit Ledger(Repeats repeats) : repeats_(repeats) {}

  void in_source(const Sighting& record);
  void close_source();
  /// Its order is judged against records of the same key, read from the same partition, in the same partition
  /// of the target: that is what Kafka keeps while partitions are added.
  void in_target(const Sighting& record);
  /// A record in the target that has no id.
  void in_target_without_id(std::int32_t partition, std::int64_t offset);

  Counts counts() const;

 private:
  struct Id {
    std::uint64_t high = 0;
    std::uint64_t low = 0;
    auto operator<=>(const Id&) const = default;
  };
  struct Entry {
    Id id;
    std::int64_t offset = 0;
    std::int32_t partition = 0;
    std::uint32_t content = 0;
    std::uint32_t in_source = 1;
    std::uint32_t in_target = 0;
  };

  static Id id_of(std::string_view id);
  static std::uint32_t content_of(const Sighting& record);
  Entry* find(const Id& id);
  std::uint32_t expected(const Entry& entry) const;
  void check_order(const Sighting& record, const Entry& entry);
  void blame(Fault fault, const Sighting& record);

  const Repeats repeats_;
  std::vector<Entry> entries_;  ///< of the closed source: sorted by id, each id once
  std::unordered_map<std::uint64_t, std::int64_t> last_;  ///< by key and partitions: offset in the source
  Counts counts_;
};

}  // namespace fusion::faults
