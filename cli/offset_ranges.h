#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace fusion::cli {

/// A set of offsets of one partition, which takes as much room as it has gaps.
class OffsetRanges {
 public:
  void add(std::int64_t offset) { add(offset, offset); }
  void add(std::int64_t first, std::int64_t last);  ///< both included
  void add(const OffsetRanges& other);
  bool contains(std::int64_t offset) const;
  bool empty() const { return last_by_first_.empty(); }

  /// `3-17,19`: ranges in ascending order, neither overlapping nor adjacent.
  std::string to_text() const;
  /// Reads what to_text wrote; ranges may come in any order. The error quotes what is wrong. Never throws.
  static tl::expected<OffsetRanges, std::string> parse(std::string_view text);

  bool operator==(const OffsetRanges&) const = default;

 private:
  std::map<std::int64_t, std::int64_t> last_by_first_;
};

}  // namespace fusion::cli
