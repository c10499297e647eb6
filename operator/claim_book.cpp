#include "operator/claim_book.h"

#include <utility>

namespace fusion::op {
namespace {

kube::ObjectKey key_of(const topics::Holder& holder) {
  const auto slash = holder.pipeline.find('/');
  return {holder.pipeline.substr(0, slash), holder.pipeline.substr(slash + 1)};
}

}  // namespace

std::vector<kube::ObjectKey> ClaimBook::set_pipeline(const kube::ObjectKey& key,
                                                     std::shared_ptr<const KnownPipeline> pipeline) {
  std::lock_guard lock(mutex_);
  const bool gone = pipeline == nullptr;
  auto& entry = entries_[key];
  entry.pipeline = std::move(pipeline);
  auto concerned = update(key, entry);
  if (gone) entries_.erase(key);
  return concerned;
}

std::vector<kube::ObjectKey> ClaimBook::set_cluster(const kube::ObjectKey& key,
                                                    const std::string& cluster_id) {
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end() || found->second.cluster_id == cluster_id) return {};
  found->second.cluster_id = cluster_id;
  return update(key, found->second);
}

std::string ClaimBook::cluster_of(const kube::ObjectKey& key) const {
  std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  return found == entries_.end() ? std::string() : found->second.cluster_id;
}

std::vector<topics::Claim> ClaimBook::claims_on(const std::vector<std::string>& topics) const {
  std::lock_guard lock(mutex_);
  return claims_on_locked({topics.begin(), topics.end()});
}

std::vector<kube::ObjectKey> ClaimBook::update(const kube::ObjectKey& key, Entry& entry) {
  std::vector<topics::Claim> after;
  // What a pipeline with problems claimed before, it keeps: nobody takes a topic over because of a typo.
  if (entry.pipeline && !entry.pipeline->problems.empty()) {
    after = entry.claims;
  } else if (entry.pipeline) {
    after = topics::claims_of(entry.pipeline->pipeline, entry.cluster_id);
  }
  if (after == entry.claims) return {};
  const auto before = std::exchange(entry.claims, after);
  std::set<std::string> concerned;
  for (const auto& claim : before) {
    concerned.insert(claim.topic);
    users_of_topic_[claim.topic].erase(key);
  }
  for (const auto& claim : after) {
    concerned.insert(claim.topic);
    users_of_topic_[claim.topic].insert(key);
  }
  std::vector<kube::ObjectKey> keys;
  for (const auto& holder : topics::to_wake(claims_on_locked(concerned), before, after)) {
    if (key_of(holder) != key) keys.push_back(key_of(holder));
  }
  for (const auto& topic : concerned) {
    const auto users = users_of_topic_.find(topic);
    if (users->second.empty()) users_of_topic_.erase(users);
  }
  return keys;
}

std::vector<topics::Claim> ClaimBook::claims_on_locked(const std::set<std::string>& topics) const {
  std::vector<topics::Claim> claims;
  for (const auto& topic : topics) {
    const auto users = users_of_topic_.find(topic);
    if (users == users_of_topic_.end()) continue;
    for (const auto& key : users->second) {
      for (const auto& claim : entries_.at(key).claims) {
        if (claim.topic == topic) claims.push_back(claim);
      }
    }
  }
  return claims;
}

}  // namespace fusion::op
