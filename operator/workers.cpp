#include "operator/workers.h"

#include <pthread.h>

#include <utility>

namespace fusion::op {

Workers::Workers(WorkQueue& queue, int count, std::function<bool(std::stop_token)> ready,
                 std::function<void(const kube::ObjectKey&)> work, const std::string& name) {
  for (int number = 0; number < count; ++number) {
    threads_.emplace_back(
        [&queue, thread = name + "-" + std::to_string(number), ready, work](std::stop_token stop) {
          pthread_setname_np(pthread_self(), thread.c_str());
          if (!ready(stop)) return;
          while (const auto key = queue.take(stop)) {
            work(*key);
            queue.done(*key);
          }
        });
  }
}

Workers::~Workers() { request_stop(); }

void Workers::request_stop() {
  for (auto& thread : threads_) thread.request_stop();
}

}  // namespace fusion::op
