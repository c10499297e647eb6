#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "tests/faults/kills/fault.h"
#include "tests/integration/bridge/bridge_process.h"

namespace fusion::faults {

/// The pods of one bridge, as their StatefulSet and their kubelet would keep them: numbered from 0, and
/// started again when they were killed or ended with 1, which a new process mends. Any other end fails the
/// test.
class Replicas {
 public:
  Replicas(contract::BridgeConfig config, std::filesystem::path directory);

  int count() const { return static_cast<int>(processes_.size()); }
  /// Starts the ones that are missing, and ends the ones that are too many as Kubernetes does.
  void scale_to(int count);
  /// Starts again what has ended.
  void mend();

  bridge::BridgeProcess& at(int ordinal) { return processes_.at(ordinal); }
  /// What the replica does to itself from now on; what it has not done of an earlier script is forgotten.
  void give_script(int ordinal, const std::string& script) const;
  bool has_followed_script(int ordinal) const;

  int killed() const { return killed_; }  ///< seen by `mend`
  int failed() const { return failed_; }  ///< ended with 1, seen by `mend`

 private:
  std::filesystem::path script_file(int ordinal) const;
  bridge::BridgeProcess start(int ordinal) const;

  const contract::BridgeConfig config_;
  const std::filesystem::path directory_;
  std::map<int, bridge::BridgeProcess> processes_;
  int killed_ = 0;
  int failed_ = 0;
};

}  // namespace fusion::faults
