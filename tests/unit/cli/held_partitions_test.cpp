#include "cli/held_partitions.h"

#include <gmock/gmock.h>

namespace fusion::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const kafka::TopicPartition kFirst{"orders-in", 0};
const kafka::TopicPartition kSecond{"orders-in", 1};

PipelineFile a_pipeline() {
  PipelineFile pipeline;
  pipeline.name = "orders";
  pipeline.bridges = {{"orders", "orders", "orders-in", "orders-dlq", 2},
                      {"copy", "orders-in", "copies", "", 1}};
  return pipeline;
}

TEST(HeldPartitions, AreThoseWithAnEndThatIsNotStable) {
  EXPECT_EQ(held_in({{kFirst, {0, 7, 9}}, {kSecond, {0, 9, 9}}}), (HeldPartitions{{kFirst, 7}}));
  // The end is asked for before the stable one.
  EXPECT_EQ(held_in({{kFirst, {0, 10, 9}}}), HeldPartitions{});
}

TEST(HeldPartitions, StayWhileTheOffsetStays) {
  const HeldPartitions held{{kFirst, 7}, {kSecond, 3}};
  EXPECT_EQ(still_held(held, {{kFirst, {0, 7, 20}}, {kSecond, {0, 4, 20}}}), (HeldPartitions{{kFirst, 7}}));
  EXPECT_EQ(still_held(held, {{kFirst, {0, 7, 7}}}), HeldPartitions{});
}

TEST(PossibleHolders, AreWhoeverWritesTheTopic) {
  const IdParts parts{"prod", "shop"};
  EXPECT_THAT(possible_holders(parts, a_pipeline(), "orders-in"),
              ElementsAre("prod/shop/orders/orders/0", "prod/shop/orders/orders/1"));
  EXPECT_THAT(possible_holders(parts, a_pipeline(), "orders"), ElementsAre("fusion-dead-letters/orders-dlq"));
  EXPECT_THAT(possible_holders(parts, a_pipeline(), "orders-dlq"),
              ElementsAre("prod/shop/orders/orders/0", "prod/shop/orders/orders/1",
                          "fusion-dead-letters/orders-dlq"));
  EXPECT_THAT(possible_holders({}, a_pipeline(), "copies"),
              ElementsAre("<installation>/<namespace>/orders/copy/0"));
  EXPECT_THAT(possible_holders(parts, a_pipeline(), "alerts"), IsEmpty());
}

}  // namespace
}  // namespace fusion::cli
