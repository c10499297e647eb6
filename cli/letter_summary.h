#pragma once

#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

#include "cli/letter.h"

namespace fusion::cli {

/// Letters counted by their reasons.
class LetterSummary {
 public:
  void add(const Letter& letter, bool was_replayed);

  bool empty() const { return by_reason_.empty(); }
  /// A table with a line for each reason: how many letters, how many of them were put back, and where the
  /// first and the last of them came from and when.
  void print(std::ostream& out) const;

 private:
  struct Seen {
    std::int64_t written_ms = 0;
    Place source;
    auto operator<=>(const Seen&) const = default;
  };
  struct Line {
    std::int64_t letters = 0;
    std::int64_t replayed = 0;
    Seen first;
    Seen last;
  };

  static std::string text_of(const Seen& seen);

  std::map<std::string, Line> by_reason_;
};

}  // namespace fusion::cli
