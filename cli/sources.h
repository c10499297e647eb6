#pragma once

#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace fusion::cli {

/// The files that `-f argument` stands for: `-` (standard input) and a file are themselves; a directory is
/// all
/// *.yaml, *.yml and *.json below it, sorted. The error says what is wrong with the argument.
tl::expected<std::vector<std::string>, std::string> find_sources(const std::string& argument);

/// The whole content of a file, or of standard input for `-`. The error says why it cannot be read.
tl::expected<std::string, std::string> read_source(const std::string& source);

}  // namespace fusion::cli
