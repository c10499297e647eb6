// asio of Boost 1.74 uses std::exchange without including <utility>.
// clang-format off
#include <utility>
#include <pplx/threadpool.h>
// clang-format on

#include <cstdio>

#include "operator/options.h"
#include "operator/process.h"
#include "operator/stop_signal.h"

namespace {
// Connections and timers run on these; requests wait on threads of their own.
constexpr std::size_t kHttpThreads = 4;
}  // namespace

int main(int argc, char** argv) {
  // Before any thread, so that all of them have the signals blocked.
  fusion::op::StopSignal stop;
  crossplat::threadpool::initialize_with_threads(kHttpThreads);
  const auto options = fusion::op::parse_options(argc, argv);
  if (!options) {
    std::fputs(options.error().text.c_str(), options.error().exit_code == 0 ? stdout : stderr);
    return options.error().exit_code;
  }
  return fusion::op::run_operator(*options, stop);
}
