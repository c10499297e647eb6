#pragma once

#include <functional>
#include <iosfwd>

namespace CLI {
class App;
}

namespace fusion::cli {

/// Adds `transactions list | abort` to the program. Where one of them is chosen, `chosen` is set to what runs
/// it and gives the exit code: 0 nothing is held (any more), 1 a partition is held, 2 the arguments, a file
/// or Kafka were in the way.
void add_transactions(CLI::App& app, std::function<int()>& chosen, std::ostream& out, std::ostream& err);

}  // namespace fusion::cli
