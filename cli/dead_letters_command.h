#pragma once

#include <functional>
#include <iosfwd>

namespace CLI {
class App;
}

namespace fusion::cli {

/// Adds `dead-letters list | export | replay` to the program. Where one of them is chosen, `chosen` is set to
/// what runs it and gives the exit code: 0 done, 1 letters were left that should have been put back, 2 the
/// arguments, a file or Kafka were in the way.
void add_dead_letters(CLI::App& app, std::function<int()>& chosen, std::ostream& out, std::ostream& err);

}  // namespace fusion::cli
