#include "cli/held_partitions.h"

#include <algorithm>

#include "cli/replay.h"

namespace fusion::cli {
namespace {

std::string known_or(const std::string& text, const char* word) { return text.empty() ? word : text; }

}  // namespace

HeldPartitions held_in(const Look& look) {
  HeldPartitions held;
  for (const auto& [partition, log] : look) {
    if (log.is_held()) held.emplace(partition, log.stable_end);
  }
  return held;
}

HeldPartitions still_held(const HeldPartitions& held, const Look& later) {
  HeldPartitions still;
  for (const auto& [partition, offset] : held) {
    const auto found = later.find(partition);
    if (found != later.end() && found->second.is_held() && found->second.stable_end == offset)
      still.emplace(partition, offset);
  }
  return still;
}

std::string bridge_id(const IdParts& parts, const PipelineFile& pipeline, const std::string& bridge,
                      int ordinal) {
  return known_or(parts.installation, "<installation>") + "/" +
         known_or(parts.namespace_name, "<namespace>") + "/" + pipeline.name + "/" + bridge + "/" +
         std::to_string(ordinal);
}

std::vector<std::string> possible_holders(const IdParts& parts, const PipelineFile& pipeline,
                                          const std::string& topic) {
  std::vector<std::string> ids;
  for (const auto& bridge : pipeline.bridges) {
    const bool writes = bridge.to == topic || (!bridge.dead_letter.empty() && bridge.dead_letter == topic);
    for (int ordinal = 0; writes && ordinal < bridge.replicas; ++ordinal)
      ids.push_back(bridge_id(parts, pipeline, bridge.name, ordinal));
    const bool is_replayed = bridge.from == topic || bridge.dead_letter == topic;
    const auto replay = replay_id(bridge.dead_letter);
    if (!bridge.dead_letter.empty() && is_replayed && std::ranges::find(ids, replay) == ids.end())
      ids.push_back(replay);
  }
  return ids;
}

}  // namespace fusion::cli
