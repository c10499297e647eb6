#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "cli/cluster.h"
#include "cli/letter.h"
#include "cli/topic_reader.h"

namespace fusion::cli {

/// The letters that were put back, by the partition of the dead-letter topic.
using ReplayedLetters = std::map<std::int32_t, OffsetRanges>;

inline bool contains(const ReplayedLetters& replayed, const Place& letter) {
  const auto found = replayed.find(letter.partition);
  return found != replayed.end() && found->second.contains(letter.offset);
}

using OnEntry = std::function<kafka::Result<void>(Entry)>;

/// A dead-letter topic as it was at one moment: what comes later is not looked at.
class LetterTopic {
 public:
  enum class Until {
    StableEnd,  ///< what can be read at once
    End,        ///< everything, waiting for transactions that are open to end
  };

  static kafka::Result<LetterTopic> look(Cluster& cluster, kafka::Connection connection,
                                         const std::string& topic, Until until);

  const std::string& name() const { return name_; }
  const std::string& id() const { return id_; }
  /// A transaction is open: what lies behind its first record is left out, or waited for.
  bool is_held() const { return is_held_; }
  /// By partition: from the first letter that retention has left.
  const std::map<std::int32_t, OffsetSpan>& spans() const { return spans_; }

  /// Reads everything, each partition in the order of offsets. Receipts stand behind the letters that they
  /// are about: to know them before the letters, read twice.
  kafka::Result<void> read(const OnEntry& on_entry) const;
  kafka::Result<ReplayedLetters> read_receipts() const;

 private:
  kafka::Connection connection_;
  std::string name_;
  std::string id_;
  std::map<std::int32_t, OffsetSpan> spans_;
  bool is_held_ = false;
};

}  // namespace fusion::cli
