#include "bridge/shutdown.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <system_error>

#include "bridge/log.h"

namespace fusion::bridge {
namespace {

/// True if `fd` became readable within `timeout_ms`; -1 waits for ever.
bool wait_readable(int fd, int timeout_ms) {
  pollfd wanted{fd, POLLIN, 0};
  int ready = 0;
  do {
    ready = poll(&wanted, 1, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

Shutdown::Shutdown(std::chrono::milliseconds grace) : grace_(grace) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  ended_ = eventfd(0, EFD_CLOEXEC);
  if (signals_ < 0 || ended_ < 0) throw std::system_error(errno, std::generic_category(), "signalfd");
  thread_ = std::thread([this] { listen(); });
  pthread_setname_np(thread_.native_handle(), "signals");
}

Shutdown::~Shutdown() {
  const std::uint64_t one = 1;
  static_cast<void>(write(ended_, &one, sizeof one) == sizeof one);
  thread_.join();
  close(signals_);
  close(ended_);
}

void Shutdown::listen() {
  pollfd wanted[] = {{signals_, POLLIN, 0}, {ended_, POLLIN, 0}};
  while (poll(wanted, 2, -1) < 0 && errno == EINTR) {
  }
  if ((wanted[1].revents & POLLIN) != 0) return;
  signalfd_siginfo signal{};
  if (read(signals_, &signal, sizeof signal) != sizeof signal) return;
  log(LogLevel::kInfo, "ending", {{"signal", std::to_string(signal.ssi_signo)}});
  requested_ = true;
  if (wait_readable(ended_, static_cast<int>(grace_.count()))) return;
  log(LogLevel::kWarning,
      "Kafka or the disk does not answer in time: ended without it; the broker aborts what was open");
  std::_Exit(EXIT_SUCCESS);
}

}  // namespace fusion::bridge
