#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace fusion::cli {

/// Rows of cells, printed as columns that are as wide as their widest cell. Widths count bytes.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> titles) : rows_{std::move(titles)} {}

  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace fusion::cli
