#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace fusion::cli {

/// `fusionctl validate`: checks each FusionPipeline of the files, directories and `-` in `arguments` as the
/// operator would, without a cluster. Problems, warnings and skipped documents go to `err`, one a line
/// beginning with `FILE: namespace/name:`, the number of valid and invalid pipelines to `out`.
///
/// Returns the exit code: 0 all valid, 1 a pipeline is invalid, 2 something could not be read or there was
/// nothing.
int validate(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace fusion::cli
