#include "cli/text_table.h"

#include <algorithm>
#include <ostream>

namespace fusion::cli {

void TextTable::print(std::ostream& out) const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool is_last = i + 1 == row.size();
      line += row[i] + (is_last ? "" : std::string(widths[i] - row[i].size() + 2, ' '));
    }
    out << line << "\n";
  }
}

}  // namespace fusion::cli
