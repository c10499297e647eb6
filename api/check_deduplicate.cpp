#include <string>

#include "api/validate.h"

namespace fusion::api {
namespace {

std::string memory_of(std::int64_t ids) {
  return std::to_string((ids * kBytesPerId + 999'999) / 1'000'000) + " MB";
}

}  // namespace

void check_deduplicate(const Bridge& bridge, const std::string& path, std::vector<Problem>& problems) {
  const bool drops_repeats = bridge.guarantee == Guarantee::kEffectivelyOnce;
  if (!bridge.deduplicate) {
    if (!drops_repeats) return;
    problems.push_back({path + ".deduplicate", "DeduplicateNeeded",
                        "is missing, but guarantee EffectivelyOnce drops repeats by it: say what a record's "
                        "id is, such as deduplicate: {id: {header: fusion-id}}, or use ExactlyOnce"});
    return;
  }
  if (!drops_repeats) {
    problems.push_back({path + ".deduplicate", "EffectivelyOnceNeeded",
                        "goes with guarantee EffectivelyOnce alone: set that, or remove deduplicate"});
  }
  const auto& [id_from, id_name, records, duration, max_ids] = *bridge.deduplicate;
  if (records <= max_ids) return;
  problems.push_back({path + ".deduplicate.maxIds", "WindowTooLarge",
                      std::to_string(max_ids) + " ids cannot hold a window of " + std::to_string(records) +
                          " records: raise it to at least that, which takes " + memory_of(records) +
                          " a replica, or lower window.records"});
}

void warn_of_short_window(const Bridge& bridge, int partitions, const std::string& path,
                          std::vector<Problem>& warnings) {
  if (!bridge.deduplicate) return;
  const auto& [id_from, id_name, records, duration, max_ids] = *bridge.deduplicate;
  const auto most = (partitions + bridge.replicas - 1) / bridge.replicas;
  if (most * records <= max_ids) return;
  warnings.push_back({path + ".deduplicate.maxIds", "WindowMayBeShort",
                      "a replica has up to " + std::to_string(most) + " partitions of topic " +
                          bridge.from.topic + ", and window.records is " + std::to_string(records) +
                          " for each: " + std::to_string(max_ids) + " ids cannot hold that; raise it to " +
                          std::to_string(most * records) + " (" + memory_of(most * records) +
                          " a replica), or lower window.records"});
}

}  // namespace fusion::api
