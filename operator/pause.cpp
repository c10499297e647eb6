#include "operator/pause.h"

#include <condition_variable>
#include <mutex>

namespace fusion::op {

bool pause(std::stop_token stop, std::chrono::milliseconds how_long) {
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, how_long, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace fusion::op
