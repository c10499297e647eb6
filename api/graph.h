#pragma once

#include <string>
#include <vector>

namespace fusion::api {

/// Data flows from one topic to another through a bridge or a stage.
struct Edge {
  std::string from;
  std::string to;
  std::string via;  ///< for messages, such as "bridge profiles"
  bool operator==(const Edge&) const = default;
};

/// The edges of one cycle, in the order in which the data would run; empty when there is none. The same edges
/// in the same order give the same cycle. Takes time and memory proportional to the number of edges.
std::vector<Edge> find_cycle(const std::vector<Edge>& edges);

/// `a -> bridge x -> b -> stage y -> a`
std::string to_string(const std::vector<Edge>& path);

}  // namespace fusion::api
