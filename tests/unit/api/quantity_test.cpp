#include "api/quantity.h"

#include <gtest/gtest.h>

namespace fusion::api {
namespace {

TEST(Quantity, AsInAPod) {
  for (const auto* text : {"1", "0", "500m", "1.5", "1.", ".5", "128Mi", "2k", "1e3", "1E-3"})
    EXPECT_TRUE(is_quantity(text)) << text;
  for (const auto* text : {"", ".", "Mi", "-1", "1 Mi", "1MB", "1mi", "1ki", "1e", "1e1000", "x"})
    EXPECT_FALSE(is_quantity(text)) << text;
}

TEST(Quantity, OfAVolume) {
  for (const auto* text : {"5Gi", "1.5Ti", "1000", "10M"}) EXPECT_TRUE(is_size(text)) << text;
  for (const auto* text : {"", "5g", "500m", "1.Gi", ".5Gi", "1e9", "-5Gi", "5GB", "1234567890123"})
    EXPECT_FALSE(is_size(text)) << text;
}

TEST(Quantity, IsPositiveByItsDigitsAlone) {
  EXPECT_TRUE(is_positive("0.001Gi"));
  EXPECT_FALSE(is_positive("0.000Gi"));
  EXPECT_FALSE(is_positive("0e9"));
}

}  // namespace
}  // namespace fusion::api
