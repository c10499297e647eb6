#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "operator/cluster_view.h"

namespace fusion::op {

/// What we have written to one pipeline and its children and the watches have not shown yet. Without it, the
/// next reconcile would do the same again. Not thread-safe.
class OwnWrites {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// The server's answer to a write of the pipeline that was made on `previous_version`.
  void wrote_pipeline(const std::string& previous_version, KnownPipeline answer);
  /// The newer of what was seen and what was written.
  std::shared_ptr<const KnownPipeline> newest(std::shared_ptr<const KnownPipeline> seen);

  /// The server's answer to a create (`previous_version` empty) or an apply.
  void wrote(const std::string& previous_version, Known<bridges::ObservedStatefulSet> answer, Time now);
  void wrote(const std::string& previous_version, Known<stages::ObservedWorkload> answer, Time now);
  void wrote(Known<bridges::ObservedConfigMap> answer, Time now);
  /// Puts what was written in the place of what is older.
  void complete(Children& seen, Time now);

 private:
  template <class T>
  struct Written {
    std::string previous_version;
    Known<T> answer;
    Time at;
  };
  struct WrittenConfigMap {
    Known<bridges::ObservedConfigMap> answer;
    Time at;
  };

  std::string pipeline_previous_;
  std::shared_ptr<const KnownPipeline> pipeline_;
  template <class T>
  static void complete(std::vector<Known<T>>& seen, std::map<std::string, Written<T>>& written, Time now);

  std::map<std::string, Written<bridges::ObservedStatefulSet>> stateful_sets_;
  std::map<std::string, Written<stages::ObservedWorkload>> workloads_;
  std::map<std::string, WrittenConfigMap> config_maps_;
};

}  // namespace fusion::op
