#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "contract/bridge_config.h"

namespace fusion::bridge {

/// The real fusion-bridge as a process of its own; killed at the end of the scope if it still runs.
class BridgeProcess {
 public:
  /// Writes its configuration and its log into `directory`. `environment`: NAME=VALUE, beside the test's own.
  BridgeProcess(const contract::BridgeConfig& config, int ordinal, const std::filesystem::path& directory,
                std::vector<std::string> environment = {});
  ~BridgeProcess();

  BridgeProcess(BridgeProcess&& other) noexcept;
  BridgeProcess& operator=(BridgeProcess&& other) noexcept;

  void signal(int number) const;
  /// SIGKILL, and waits until it is gone.
  void kill();
  /// The exit code, once it has ended; none if it still runs after `timeout`.
  std::optional<int> exit_code(std::chrono::milliseconds timeout);
  bool is_running() { return !exit_code(std::chrono::milliseconds(0)); }
  /// By SIGSTOP.
  bool is_stopped() const;

  /// Processor time that it has used so far; it must still run.
  std::chrono::milliseconds cpu_time() const;

  /// The most memory that was ever resident; 0 until exit_code() has told its end.
  std::int64_t peak_bytes() const { return peak_bytes_; }

  std::string log() const;
  /// The answer's body from its HTTP endpoint; empty while there is none or while it is not 200.
  std::string get(const std::string& path) const;

 private:
  std::filesystem::path log_file_;
  pid_t pid_ = -1;
  std::optional<int> exit_code_;
  std::int64_t peak_bytes_ = 0;
};

}  // namespace fusion::bridge
