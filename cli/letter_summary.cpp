#include "cli/letter_summary.h"

#include <algorithm>
#include <chrono>

#include "api/timestamp.h"
#include "cli/text_table.h"

namespace fusion::cli {

void LetterSummary::add(const Letter& letter, bool was_replayed) {
  const auto& origin = letter.origin;
  const Seen seen{letter.written_ms, {origin.topic, origin.partition, origin.offset}};
  const auto [found, is_new] = by_reason_.try_emplace(origin.reason, Line{0, 0, seen, seen});
  auto& line = found->second;
  ++line.letters;
  if (was_replayed) ++line.replayed;
  line.first = std::min(line.first, seen);
  line.last = std::max(line.last, seen);
}

std::string LetterSummary::text_of(const Seen& seen) {
  const std::chrono::sys_time<std::chrono::milliseconds> time{std::chrono::milliseconds(seen.written_ms)};
  return api::to_text(std::chrono::floor<std::chrono::seconds>(time)) + " " + seen.source.to_text();
}

void LetterSummary::print(std::ostream& out) const {
  TextTable table({"ERROR", "LETTERS", "REPLAYED", "FIRST", "LAST"});
  for (const auto& [reason, line] : by_reason_) {
    table.add({reason, std::to_string(line.letters), std::to_string(line.replayed), text_of(line.first),
               text_of(line.last)});
  }
  table.print(out);
}

}  // namespace fusion::cli
