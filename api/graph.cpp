#include "api/graph.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace fusion::api {
namespace {

/// Depth-first search that keeps the path on which it stands.
class CycleSearch {
 public:
  explicit CycleSearch(const std::vector<Edge>& edges) {
    for (const auto& edge : edges) leaving_[edge.from].push_back(&edge);
  }

  /// Recursion is as deep as the longest path, which the bound on spec.topics keeps short.
  bool finds_cycle_from(std::string_view topic) {
    auto& mark = marks_[topic];
    if (mark == Mark::kDone) return false;
    if (mark == Mark::kOnPath) return true;
    mark = Mark::kOnPath;
    for (const auto* edge : leaving_[topic]) {
      path_.push_back(*edge);
      if (finds_cycle_from(edge->to)) return true;
      path_.pop_back();
    }
    marks_[topic] = Mark::kDone;
    return false;
  }

  /// After finds_cycle_from was true: the path without what led to the cycle.
  std::vector<Edge> cycle() const {
    const auto first = std::ranges::find(path_, path_.back().to, &Edge::from);
    return {first, path_.end()};
  }

 private:
  enum class Mark { kUnseen, kOnPath, kDone };
  std::map<std::string_view, std::vector<const Edge*>> leaving_;
  std::map<std::string_view, Mark> marks_;
  std::vector<Edge> path_;
};

}  // namespace

std::vector<Edge> find_cycle(const std::vector<Edge>& edges) {
  CycleSearch search(edges);
  for (const auto& edge : edges) {
    if (search.finds_cycle_from(edge.from)) return search.cycle();
  }
  return {};
}

std::string to_string(const std::vector<Edge>& path) {
  if (path.empty()) return "";
  std::string text = path.front().from;
  for (const auto& edge : path) text += " -> " + edge.via + " -> " + edge.to;
  return text;
}

}  // namespace fusion::api
