#include "api/enums.h"

#include <gtest/gtest.h>

namespace fusion::api {
namespace {

template <typename Enum>
void expect_round_trips() {
  for (const auto& [value, text] : enum_names<Enum>()) {
    EXPECT_EQ(to_string(value), text);
    EXPECT_EQ(from_string<Enum>(text), value);
  }
  EXPECT_EQ(from_string<Enum>("no such value"), std::nullopt);
  EXPECT_EQ(from_string<Enum>(""), std::nullopt);
}

TEST(Enums, RoundTrip) {
  expect_round_trips<DeletionPolicy>();
  expect_round_trips<Management>();
  expect_round_trips<Engine>();
  expect_round_trips<Mode>();
  expect_round_trips<Guarantee>();
  expect_round_trips<PartitionBy>();
  expect_round_trips<Codec>();
  expect_round_trips<StartFrom>();
  expect_round_trips<ConditionStatus>();
  expect_round_trips<TopicState>();
}

TEST(Enums, AreSpelledAsInYaml) {
  EXPECT_EQ(to_string(PartitionBy::kRoundRobin), "RoundRobin");
  EXPECT_EQ(to_string(Codec::kLz4), "Lz4");
  EXPECT_EQ(from_string<Codec>("lz4"), std::nullopt);
}

}  // namespace
}  // namespace fusion::api
