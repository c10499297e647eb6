#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/status.h"

namespace fusion::topics {

/// That a pipeline uses a topic of a Kafka cluster, and how.
struct Claim {
  std::string cluster_id;
  std::string topic;
  std::string pipeline;  ///< namespace/name
  std::string uid;
  std::chrono::sys_seconds created_at{};  ///< the pipeline's creationTimestamp
  bool wants = false;                     ///< declares it Managed
  bool manages = false;                   ///< its status says that it manages it
  bool terminating = false;               ///< it is being deleted
  bool operator==(const Claim&) const = default;
};

struct Holder {
  std::string pipeline;  ///< namespace/name
  std::string uid;
  bool operator==(const Holder&) const = default;
};

/// One claim for each topic in the spec. `cluster_id` is that of the pipeline's connection if known; empty:
/// the one in its status, and topics without either claim nothing.
std::vector<Claim> claims_of(const api::FusionPipeline& pipeline, const std::string& cluster_id);

/// Who manages each (cluster id, topic): the pipeline whose status says so, else the oldest that wants it;
/// ties go to the lowest UID. Terminating pipelines keep what they manage and win nothing new.
std::map<std::pair<std::string, std::string>, Holder> managers(const std::vector<Claim>& claims);

/// A pipeline other than `uid` that uses the topic and is not being deleted; such a topic must not be
/// deleted.
std::optional<Holder> other_user(const std::vector<Claim>& claims, const std::string& cluster_id,
                                 const std::string& topic, const std::string& uid);

/// The pipelines to wake when `before` became `after` (either may be empty: created, deleted): those which
/// claim a topic that this pipeline claimed in one and not in the same way in the other.
std::vector<Holder> to_wake(const std::vector<Claim>& all, const std::vector<Claim>& before,
                            const std::vector<Claim>& after);

}  // namespace fusion::topics
