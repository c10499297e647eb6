#include "controllers/topics/claims.h"

#include <algorithm>
#include <tuple>

namespace fusion::topics {
namespace {

/// Lower is stronger.
auto rank(const Claim& claim) { return std::tuple(!claim.manages, claim.created_at, claim.uid); }

bool may_manage(const Claim& claim) { return claim.wants && (claim.manages || !claim.terminating); }

bool same_use(const Claim& a, const Claim& b) {
  return a.cluster_id == b.cluster_id && a.topic == b.topic && a.uid == b.uid && a.wants == b.wants &&
         a.manages == b.manages && a.terminating == b.terminating;
}

bool contains(const std::vector<Claim>& claims, const Claim& wanted) {
  return std::any_of(claims.begin(), claims.end(),
                     [&](const auto& claim) { return same_use(claim, wanted); });
}

/// Changes of ours alone decide whom to wake, so both directions of the difference count.
std::vector<Claim> changed(const std::vector<Claim>& before, const std::vector<Claim>& after) {
  std::vector<Claim> result;
  for (const auto& claim : before) {
    if (!contains(after, claim)) result.push_back(claim);
  }
  for (const auto& claim : after) {
    if (!contains(before, claim)) result.push_back(claim);
  }
  return result;
}

}  // namespace

std::vector<Claim> claims_of(const api::FusionPipeline& pipeline, const std::string& cluster_id) {
  std::vector<Claim> claims;
  const auto& metadata = pipeline.metadata;
  for (const auto& topic : pipeline.spec.topics) {
    const auto& statuses = pipeline.status.topics;
    const auto status =
        std::find_if(statuses.begin(), statuses.end(), [&](const auto& s) { return s.name == topic.name; });
    const bool known = status != statuses.end();
    const auto& cluster = !cluster_id.empty() || !known ? cluster_id : status->cluster_id;
    if (cluster.empty()) continue;
    const bool wants = topic.management == api::Management::kManaged;
    const bool manages = wants && known && status->managed && status->cluster_id == cluster;
    claims.push_back({cluster, topic.name, metadata.namespace_name + "/" + metadata.name, metadata.uid,
                      metadata.creation_timestamp.value_or(std::chrono::sys_seconds{}), wants, manages,
                      metadata.deletion_timestamp.has_value()});
  }
  return claims;
}

std::map<std::pair<std::string, std::string>, Holder> managers(const std::vector<Claim>& claims) {
  std::map<std::pair<std::string, std::string>, const Claim*> strongest;
  for (const auto& claim : claims) {
    if (!may_manage(claim)) continue;
    auto& holder = strongest[{claim.cluster_id, claim.topic}];
    if (holder == nullptr || rank(claim) < rank(*holder)) holder = &claim;
  }
  std::map<std::pair<std::string, std::string>, Holder> result;
  for (const auto& [topic, claim] : strongest) result[topic] = {claim->pipeline, claim->uid};
  return result;
}

std::optional<Holder> other_user(const std::vector<Claim>& claims, const std::string& cluster_id,
                                 const std::string& topic, const std::string& uid) {
  for (const auto& claim : claims) {
    if (claim.cluster_id == cluster_id && claim.topic == topic && claim.uid != uid && !claim.terminating) {
      return Holder{claim.pipeline, claim.uid};
    }
  }
  return std::nullopt;
}

std::vector<Holder> to_wake(const std::vector<Claim>& all, const std::vector<Claim>& before,
                            const std::vector<Claim>& after) {
  std::vector<Holder> holders;
  for (const auto& change : changed(before, after)) {
    for (const auto& claim : all) {
      const bool concerned =
          claim.uid != change.uid && claim.cluster_id == change.cluster_id && claim.topic == change.topic;
      const Holder holder{claim.pipeline, claim.uid};
      if (concerned && std::find(holders.begin(), holders.end(), holder) == holders.end())
        holders.push_back(holder);
    }
  }
  return holders;
}

}  // namespace fusion::topics
