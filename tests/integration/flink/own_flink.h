#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace fusion::flink {

/// A JobManager and a TaskManager of a real Flink in one process of their own, running Clicks.java.
class OwnFlink {
 public:
  /// Where dev/engines has put Flink; empty: it has not.
  static std::filesystem::path distribution();

  /// Waits until the job runs; throws if it does not.
  explicit OwnFlink(const std::filesystem::path& distribution);
  ~OwnFlink();
  OwnFlink(const OwnFlink&) = delete;
  OwnFlink& operator=(const OwnFlink&) = delete;

  /// Without the path: "http://127.0.0.1:<port>".
  std::string address() const;
  std::string job_url() const { return address() + "/jobs/" + job_; }

  /// No checkpoint can be written any more.
  void lose_the_checkpoint_directory();

 private:
  void compile(const std::filesystem::path& distribution) const;
  void start(const std::filesystem::path& distribution);
  void wait_for_job();

  const std::filesystem::path directory_;
  const int port_;
  std::string job_;
  int input_ = -1;  ///< the process ends when it is closed
  pid_t pid_ = 0;
};

}  // namespace fusion::flink
