#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "cli/replay_request.h"

namespace fusion::cli {

/// Reads lines of JSON as `export` writes them, empty lines left out. They must be about letters of the topic
/// `topic` with the id `topic_id`, each letter at most once. The error names the line. Pure.
tl::expected<std::vector<ReplayRequest>, std::string> parse_mended_letters(std::string_view text,
                                                                           const std::string& topic,
                                                                           const std::string& topic_id);

}  // namespace fusion::cli
