#include "operator/rollouts.h"

namespace fusion::op {

bool Rollouts::take(const kube::ObjectKey& pipeline) {
  std::lock_guard lock(mutex_);
  if (rolling_.contains(pipeline)) return true;
  if (rolling_.size() >= places_) return false;
  rolling_.insert(pipeline);
  return true;
}

std::vector<kube::ObjectKey> Rollouts::give_back(const kube::ObjectKey& pipeline) {
  std::lock_guard lock(mutex_);
  waiting_.erase(pipeline);
  if (rolling_.erase(pipeline) == 0) return {};
  std::vector<kube::ObjectKey> waiting(waiting_.begin(), waiting_.end());
  waiting_.clear();
  return waiting;
}

void Rollouts::wait(const kube::ObjectKey& pipeline) {
  std::lock_guard lock(mutex_);
  waiting_.insert(pipeline);
}

}  // namespace fusion::op
