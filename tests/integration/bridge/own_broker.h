#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace fusion::bridge {

/// A Kafka broker of this test's own, of the version that dev/cluster runs, to be stopped and started at
/// will.
class OwnBroker {
 public:
  /// Starts it on a free loopback port, with its data in `directory`, and with `properties` beside its own.
  explicit OwnBroker(std::filesystem::path directory, const std::string& properties = "");
  ~OwnBroker();

  OwnBroker(const OwnBroker&) = delete;
  OwnBroker& operator=(const OwnBroker&) = delete;

  const std::string& bootstrap() const { return bootstrap_; }

  void start();
  /// SIGKILL, and waits until it is gone.
  void kill();
  void signal(int number) const;

  /// What kafka.tools.DumpLogSegments says of the partition's stored batches.
  std::string dump_log(const std::string& topic, int partition) const;

 private:
  std::string run_java(const std::string& main_class, const std::vector<std::string>& arguments) const;

  const std::filesystem::path directory_;
  std::string bootstrap_;
  pid_t pid_ = -1;
};

}  // namespace fusion::bridge
