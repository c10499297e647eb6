#pragma once

#include <iosfwd>

#include "cli/letter_task.h"
#include "kafka/error.h"

namespace fusion::cli {

/// Prints a table of the letters by their reasons to `out`; records that are no letters are told on `err`.
kafka::Result<void> list_letters(const LetterTask& task, std::ostream& out, std::ostream& err);

/// Writes the letters that were not put back yet as lines of JSON to `out`, and how many they are to `err`.
kafka::Result<void> export_letters(const LetterTask& task, std::ostream& out, std::ostream& err);

}  // namespace fusion::cli
