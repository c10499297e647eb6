#include "operator/stop_signal.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace fusion::op {

StopSignal::StopSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signals_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  raised_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

StopSignal::~StopSignal() {
  close(signals_);
  close(raised_);
}

void StopSignal::raise() {
  const std::uint64_t one = 1;
  // It can only fail when it was raised 2^64 times.
  [[maybe_unused]] const auto written = write(raised_, &one, sizeof one);
}

bool StopSignal::wait() { return wait_for(-1); }

bool StopSignal::wait_for(int milliseconds) {
  pollfd descriptors[] = {{signals_, POLLIN, 0}, {raised_, POLLIN, 0}};
  int ready = 0;
  do {
    ready = poll(descriptors, 2, milliseconds);
  } while (ready < 0 && errno == EINTR);
  if (ready <= 0) return false;
  seen_ = true;
  return (descriptors[0].revents & POLLIN) != 0;
}

}  // namespace fusion::op
