#include "kube/leader_elector.h"

#include <pthread.h>

namespace fusion::kube {

LeaderElector::LeaderElector(Api& api, LeaseOptions options, Callbacks callbacks, Clocks clocks)
    : options_(options),
      callbacks_(std::move(callbacks)),
      clocks_(std::move(clocks)),
      lease_(api, std::move(options), clocks_) {}

LeaderElector::~LeaderElector() { stop(); }

void LeaderElector::start() {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    pthread_setname_np(pthread_self(), "leader");
    run(stop);
  });
}

void LeaderElector::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

bool LeaderElector::is_leader() const {
  return clocks_.steady().time_since_epoch().count() < leads_until_.load(std::memory_order_acquire);
}

void LeaderElector::run(const std::stop_token& stop) {
  bool leading = false;
  while (!stop.stop_requested()) {
    const auto answer = lease_.try_acquire_or_renew();
    if (!answer && callbacks_.on_error) callbacks_.on_error(answer.error());
    publish();
    if (lease_.is_held() != leading) {
      leading = !leading;
      const auto& tell = leading ? callbacks_.on_started : callbacks_.on_stopped;
      if (tell) tell();
    }
    wait(stop);
  }
  if (leading && callbacks_.on_stopped) callbacks_.on_stopped();
  leads_until_.store(0, std::memory_order_release);
  if (auto released = lease_.release(); !released && callbacks_.on_error)
    callbacks_.on_error(released.error());
}

void LeaderElector::publish() {
  const auto until = lease_.held_until();
  leads_until_.store(until ? until->time_since_epoch().count() : 0, std::memory_order_release);
}

void LeaderElector::wait(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, stop, options_.retry_period, [] { return false; });
}

}  // namespace fusion::kube
