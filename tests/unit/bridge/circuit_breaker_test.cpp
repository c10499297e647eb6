#include "bridge/circuit_breaker.h"

#include <gtest/gtest.h>

namespace fusion::bridge {
namespace {

TEST(CircuitBreaker, OpensWhenMoreThanHalfAreLetters) {
  CircuitBreaker breaker;
  for (int i = 0; i < 500; ++i) {
    breaker.dead_letter();
    EXPECT_FALSE(breaker.is_open());
  }
  breaker.dead_letter();
  EXPECT_TRUE(breaker.is_open());
}

TEST(CircuitBreaker, StaysClosedWhileHalfAreCarried) {
  CircuitBreaker breaker;
  for (int i = 0; i < 10'000; ++i) {
    breaker.carried();
    breaker.dead_letter();
    ASSERT_FALSE(breaker.is_open());
  }
}

TEST(CircuitBreaker, LooksAtAThousandRecordsAtATime) {
  CircuitBreaker breaker;
  for (int i = 0; i < 400; ++i) breaker.dead_letter();
  for (int i = 0; i < 600; ++i) breaker.carried();
  for (int i = 0; i < 500; ++i) breaker.dead_letter();
  EXPECT_FALSE(breaker.is_open()) << "the first 400 are long past";
  breaker.dead_letter();
  EXPECT_TRUE(breaker.is_open());
  breaker.reset();
  EXPECT_FALSE(breaker.is_open());
}

}  // namespace
}  // namespace fusion::bridge
