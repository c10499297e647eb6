#pragma once

#include <cstddef>
#include <mutex>
#include <set>
#include <vector>

#include "kube/resource.h"

namespace fusion::op {

/// The places for pipelines whose pods a new operator version replaces: so many at a time. Thread-safe.
class Rollouts {
 public:
  explicit Rollouts(std::size_t places) : places_(places) {}

  /// Takes a place, or keeps the one that it has; false if all are taken.
  bool take(const kube::ObjectKey& pipeline);
  /// Gives the place back; answers who waited for one.
  std::vector<kube::ObjectKey> give_back(const kube::ObjectKey& pipeline);
  /// Is told when a place is free.
  void wait(const kube::ObjectKey& pipeline);

 private:
  const std::size_t places_;
  std::mutex mutex_;
  std::set<kube::ObjectKey> rolling_;  // guarded by mutex_
  std::set<kube::ObjectKey> waiting_;  // guarded by mutex_
};

}  // namespace fusion::op
