#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "cli/letter_task.h"
#include "kafka/error.h"

namespace fusion::cli {

struct ReplayWish {
  LetterTask task;
  std::optional<std::string>
      mended;  ///< lines of JSON: these letters as they stand there, whatever the filter says
  bool dry_run = false;
};

/// Puts letters back into the topics they came from, and tells how many on `out`, what was left on `err`.
/// Gives the number of letters that were selected and not put back, because something stands in their way.
kafka::Result<std::int64_t> replay_letters(const ReplayWish& wish, std::ostream& out, std::ostream& err);

}  // namespace fusion::cli
