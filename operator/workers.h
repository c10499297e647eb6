#pragma once

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "operator/work_queue.h"

namespace fusion::op {

/// Threads, named `<name>-0` and so on, that take keys from the queue one at a time.
class Workers {
 public:
  /// `ready` is asked once by each worker before its first key, and may wait; false: it never begins.
  Workers(WorkQueue& queue, int count, std::function<bool(std::stop_token)> ready,
          std::function<void(const kube::ObjectKey&)> work, const std::string& name = "worker");
  /// Ends after the keys that are being worked on.
  ~Workers();

  void request_stop();

 private:
  std::vector<std::jthread> threads_;
};

}  // namespace fusion::op
