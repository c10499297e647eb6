#include <algorithm>
#include <map>

#include "api/graph.h"
#include "api/validate.h"

namespace fusion::api {
namespace {

/// A place in the spec that names a topic.
struct Mention {
  std::string path;
  std::string topic;
  std::string by;  ///< such as "stage load"
};

struct Mentions {
  std::vector<Mention> reads;
  std::vector<Mention> writes;
  std::vector<Mention> letters;  ///< of several bridges they may share a topic
};

Mentions mentions_of(const Spec& spec) {
  Mentions mentions;
  for (const auto& stage : spec.stages) {
    const auto path = "spec.stages[" + stage.name + "].";
    const auto by = "stage " + stage.name;
    for (const auto& input : stage.inputs) {
      mentions.reads.push_back({path + "inputs[" + input.topic + "].topic", input.topic, by});
    }
    for (const auto& output : stage.outputs) {
      mentions.writes.push_back({path + "outputs[" + output.topic + "].topic", output.topic, by});
    }
  }
  for (const auto& bridge : spec.bridges) {
    const auto path = "spec.bridges[" + bridge.name + "].";
    const auto by = "bridge " + bridge.name;
    mentions.reads.push_back({path + "from.topic", bridge.from.topic, by});
    mentions.writes.push_back({path + "to.topic", bridge.to_topic, by});
    if (bridge.dead_letter)
      mentions.letters.push_back({path + "deadLetter.topic", bridge.dead_letter->topic, by});
  }
  return mentions;
}

void check_references(const Spec& spec, const std::vector<Mention>& mentions,
                      std::vector<Problem>& problems) {
  for (const auto& mention : mentions) {
    if (std::ranges::find(spec.topics, mention.topic, &Topic::name) != spec.topics.end()) continue;
    problems.push_back(
        {mention.path, "TopicNotFound",
         "topic " + mention.topic + " is not in spec.topics: add it there, or name one that is"});
  }
}

void check_writers(const std::vector<Mention>& writes, std::vector<Problem>& problems) {
  std::map<std::string, std::string> writers;  // by topic
  for (const auto& write : writes) {
    const auto& [entry, is_first] = writers.try_emplace(write.topic, write.by);
    if (is_first || entry->second == write.by) continue;  // one stage twice is a duplicate, told elsewhere
    problems.push_back({write.path, "SeveralWriters",
                        "topic " + write.topic + " is written by " + entry->second +
                            " already: a topic has one writer, so give each its own topic"});
  }
}

void check_cycles(const Spec& spec, std::vector<Problem>& problems) {
  std::vector<Edge> edges;
  for (const auto& stage : spec.stages) {
    for (const auto& input : stage.inputs) {
      for (const auto& output : stage.outputs)
        edges.push_back({input.topic, output.topic, "stage " + stage.name});
    }
  }
  for (const auto& bridge : spec.bridges) {
    if (bridge.from.topic == bridge.to_topic) continue;  // told by check_bridges
    edges.push_back({bridge.from.topic, bridge.to_topic, "bridge " + bridge.name});
  }
  const auto cycle = find_cycle(edges);
  if (cycle.empty()) return;
  problems.push_back({"spec", "Cycle",
                      "the data runs in a cycle, " + to_string(cycle) +
                          ": a pipeline flows one way, so take one of them out"});
}

}  // namespace

void check_flow(const Spec& spec, std::vector<Problem>& problems) {
  const auto mentions = mentions_of(spec);
  check_references(spec, mentions.reads, problems);
  check_references(spec, mentions.writes, problems);
  check_references(spec, mentions.letters, problems);
  check_writers(mentions.writes, problems);
  check_cycles(spec, problems);
}

}  // namespace fusion::api
