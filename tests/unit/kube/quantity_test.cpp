#include "kube/quantity.h"

#include <gtest/gtest.h>

namespace fusion::kube {
namespace {

void expect_same(std::string_view a, std::string_view b) {
  const auto left = Quantity::parse(a);
  const auto right = Quantity::parse(b);
  ASSERT_TRUE(left) << a;
  ASSERT_TRUE(right) << b;
  EXPECT_EQ(left->canonical(), right->canonical()) << a << " and " << b;
  EXPECT_TRUE(*left == *right);
}

TEST(Quantity, ComparesByValue) {
  expect_same("0.1", "100m");
  expect_same("1024Mi", "1Gi");
  expect_same("1", "1000m");
  expect_same("1k", "1000");
  expect_same("1e3", "1k");
  expect_same("1E3", "1k");
  expect_same("1E", "1e18");
  expect_same("12e-3", "12m");
  expect_same("+5", "5.000");
  expect_same(".5", "500m");
  expect_same("5.", "5");
  expect_same("-1", "-1000m");
  expect_same("0", "0Gi");
  expect_same("0.5Ki", "512");
  expect_same("1u", "1000n");
}

TEST(Quantity, Orders) {
  EXPECT_LT(*Quantity::parse("1G"), *Quantity::parse("1Gi"));
  EXPECT_LT(*Quantity::parse("-1"), *Quantity::parse("1n"));
}

TEST(Quantity, RoundsWhatIsTooSmallAwayFromZeroAsTheServerDoes) {
  expect_same("0.0000000001", "1n");
  expect_same("-0.0000000001", "-1n");
  expect_same("0.1234567891", "123456790n");
}

TEST(Quantity, TakesTheLargestValueAndNoMore) {
  expect_same("9223372036854775807", "9223372036854775807");
  EXPECT_FALSE(Quantity::parse("9223372036854775808"));
  EXPECT_FALSE(Quantity::parse("8Ei"));
  EXPECT_FALSE(Quantity::parse("99999999999999999999999999999999999999999999"));
}

TEST(Quantity, RefusesWhatIsNone) {
  for (const char* text : {"", "-", ".", "Gi", "1GiB", "1 Gi", "1gi", "1e", "1e+", "1e1.5", "0x10", "1..2",
                           "1K", "e3", "1mm", "1e99", "١"}) {
    EXPECT_FALSE(Quantity::parse(text)) << text;
  }
}

}  // namespace
}  // namespace fusion::kube
