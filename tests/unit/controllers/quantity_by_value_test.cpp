#include <gtest/gtest.h>

#include "controllers/quantity.h"

namespace fusion::controllers {
namespace {

Quantity q(const char* text) { return Quantity::parse(text).value(); }

TEST(QuantityByValue, IsEqualHoweverItIsWritten) {
  EXPECT_EQ(q("0.1"), q("100m"));
  EXPECT_EQ(q("1024Mi"), q("1Gi"));
  EXPECT_EQ(q("1e3"), q("1k"));
  EXPECT_EQ(q("1.5Gi"), q("1536Mi"));
  EXPECT_EQ(q(".5"), q("500m"));
  EXPECT_EQ(q("1000000u"), q("1"));
}

TEST(QuantityByValue, IsOrdered) {
  EXPECT_LT(q("1G"), q("1Gi"));
  EXPECT_LT(q("999m"), q("1"));
  EXPECT_GT(q("5Gi"), q("5000Mi"));
  EXPECT_LT(q("-1"), q("0"));
}

TEST(QuantityByValue, RoundsUpBelowANanoUnit) { EXPECT_EQ(q("0.0000000001"), q("1n")); }

TEST(QuantityByValue, RefusesWhatIsNone) {
  for (const char* text : {"", "G", "1 Gi", "1GiB", "1.2.3", "0x10", "1e", "1e99", "99999999999Ei", "one"}) {
    EXPECT_FALSE(Quantity::parse(text)) << text;
  }
}

}  // namespace
}  // namespace fusion::controllers
