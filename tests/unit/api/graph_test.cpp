#include "api/graph.h"

#include <gmock/gmock.h>

namespace fusion::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Graph, HasNoCycleWhereDataMeetsAgain) {
  EXPECT_THAT(
      find_cycle({{"a", "b", "1"}, {"a", "c", "2"}, {"b", "d", "3"}, {"c", "d", "4"}, {"d", "e", "5"}}),
      IsEmpty());
  EXPECT_THAT(find_cycle({}), IsEmpty());
}

TEST(Graph, ShowsTheCycleWithoutTheWayToIt) {
  const std::vector<Edge> edges{
      {"in", "a", "1"}, {"a", "b", "2"}, {"b", "c", "3"}, {"c", "a", "4"}, {"c", "out", "5"}};
  const auto cycle = find_cycle(edges);
  EXPECT_THAT(cycle, ElementsAre(edges[1], edges[2], edges[3]));
  EXPECT_EQ(to_string(cycle), "a -> 2 -> b -> 3 -> c -> 4 -> a");
}

TEST(Graph, FindsACycleOfOne) {
  EXPECT_EQ(to_string(find_cycle({{"a", "b", "1"}, {"b", "b", "2"}})), "b -> 2 -> b");
}

TEST(Graph, TakesTimeInProportionToTheEdges) {
  std::vector<Edge> edges;  // 2^60 paths
  for (int layer = 0; layer < 60; ++layer) {
    const auto from = std::to_string(layer);
    const auto to = std::to_string(layer + 1);
    for (const auto* side : {"l", "r"}) {
      edges.push_back({from + "l", to + side, "x"});
      edges.push_back({from + "r", to + side, "x"});
    }
  }
  EXPECT_THAT(find_cycle(edges), IsEmpty());
}

}  // namespace
}  // namespace fusion::api
