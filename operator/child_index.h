#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "kube/informer.h"

namespace fusion::op {

/// A cached child: its projection, with what it is found by.
template <class T>
struct Child {
  T object;
  std::string pipeline_label;  ///< the value of fusion-operator.io/pipeline
  std::string resource_version;
};

/// Children by the namespace and the pipeline that their label names, kept up to date by an informer's
/// changes. Thread-safe.
template <class T>
class ChildIndex {
 public:
  using Group = std::pair<std::string, std::string>;  ///< namespace and label value

  /// Answers the groups that the change concerns.
  std::vector<Group> change(const kube::Change<Child<T>>& change) {
    std::vector<Group> concerned;
    std::lock_guard lock(mutex_);
    if (change.before) {
      const Group group{change.key.ns, change.before->pipeline_label};
      const auto found = groups_.find(group);
      if (found != groups_.end()) {
        found->second.erase(change.key.name);
        if (found->second.empty()) groups_.erase(found);
      }
      concerned.push_back(group);
    }
    if (change.after) {
      const Group group{change.key.ns, change.after->pipeline_label};
      groups_[group][change.key.name] = change.after;
      if (concerned.empty() || concerned.front() != group) concerned.push_back(group);
    }
    return concerned;
  }

  std::vector<std::shared_ptr<const Child<T>>> find(const Group& group) const {
    std::vector<std::shared_ptr<const Child<T>>> children;
    std::lock_guard lock(mutex_);
    const auto found = groups_.find(group);
    if (found == groups_.end()) return children;
    for (const auto& [name, child] : found->second) children.push_back(child);
    return children;
  }

 private:
  mutable std::mutex mutex_;
  std::map<Group, std::map<std::string, std::shared_ptr<const Child<T>>>> groups_;  // guarded by mutex_
};

}  // namespace fusion::op
