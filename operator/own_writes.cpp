#include "operator/own_writes.h"

#include <algorithm>
#include <utility>

namespace fusion::op {
namespace {

/// A watch that is further behind than this is broken, and the object may have been deleted since.
constexpr std::chrono::seconds kBelieved{10};

}  // namespace

void OwnWrites::wrote_pipeline(const std::string& previous_version, KnownPipeline answer) {
  // A write on top of a write that was not seen yet: it replaces all that was written since the one that was.
  if (!pipeline_ || pipeline_->pipeline.metadata.resource_version != previous_version) {
    pipeline_previous_ = previous_version;
  }
  pipeline_ = std::make_shared<const KnownPipeline>(std::move(answer));
}

std::shared_ptr<const KnownPipeline> OwnWrites::newest(std::shared_ptr<const KnownPipeline> seen) {
  if (!pipeline_ || !seen) return seen;
  if (seen->pipeline.metadata.resource_version == pipeline_previous_ &&
      seen->pipeline.metadata.uid == pipeline_->pipeline.metadata.uid) {
    return pipeline_;
  }
  pipeline_.reset();
  return seen;
}

void OwnWrites::wrote(const std::string& previous_version, Known<bridges::ObservedStatefulSet> answer,
                      Time now) {
  const auto name = answer.object.name;
  stateful_sets_[name] = {previous_version, std::move(answer), now};
}

void OwnWrites::wrote(const std::string& previous_version, Known<stages::ObservedWorkload> answer, Time now) {
  const auto name = answer.object.name;
  workloads_[name] = {previous_version, std::move(answer), now};
}

void OwnWrites::wrote(Known<bridges::ObservedConfigMap> answer, Time now) {
  const auto name = answer.object.name;
  config_maps_[name] = {std::move(answer), now};
}

template <class T>
void OwnWrites::complete(std::vector<Known<T>>& seen, std::map<std::string, Written<T>>& writes, Time now) {
  std::erase_if(writes, [&](const auto& entry) { return now - entry.second.at > kBelieved; });
  for (auto written = writes.begin(); written != writes.end();) {
    const auto same_name = [&](const auto& object) { return object.object.name == written->first; };
    const auto found = std::find_if(seen.begin(), seen.end(), same_name);
    const std::string version = found == seen.end() ? "" : found->resource_version;
    if (version != written->second.previous_version) {
      written = writes.erase(written);
      continue;
    }
    if (found == seen.end()) {
      seen.push_back(written->second.answer);
    } else {
      *found = written->second.answer;
    }
    ++written;
  }
}

void OwnWrites::complete(Children& seen, Time now) {
  complete(seen.stateful_sets, stateful_sets_, now);
  complete(seen.workloads, workloads_, now);
  std::erase_if(config_maps_, [&](const auto& entry) { return now - entry.second.at > kBelieved; });
  for (auto written = config_maps_.begin(); written != config_maps_.end();) {
    const auto same_name = [&](const auto& map) { return map.object.name == written->first; };
    if (std::any_of(seen.config_maps.begin(), seen.config_maps.end(), same_name)) {
      written = config_maps_.erase(written);
      continue;
    }
    seen.config_maps.push_back(written->second.answer);
    ++written;
  }
}

}  // namespace fusion::op
