#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace fusion::cli {

/// The real fusionctl as a process of its own; killed at the end of the scope if it still runs.
class FusionctlProcess {
 public:
  /// Its output goes into `directory`, which is also its working directory.
  FusionctlProcess(const std::vector<std::string>& arguments, const std::filesystem::path& directory);
  ~FusionctlProcess();

  FusionctlProcess(const FusionctlProcess&) = delete;
  FusionctlProcess& operator=(const FusionctlProcess&) = delete;

  void signal(int number) const;
  bool is_running();
  /// Waits for its end and gives the exit code; the negative signal that killed it.
  int wait();

  std::string out() const;
  std::string err() const;

 private:
  void reap(int options);

  std::filesystem::path output_;
  pid_t pid_ = -1;
  bool has_ended_ = false;
  int exit_code_ = 0;
};

}  // namespace fusion::cli
