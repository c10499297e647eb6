#include "kube/backoff.h"

#include <gtest/gtest.h>

namespace fusion::kube {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesUpToTheLimitWithJitterBelow) {
  Backoff backoff({.initial = milliseconds(100), .limit = milliseconds(1000)}, 1);
  for (const int whole : {100, 200, 400, 800, 1000, 1000, 1000}) {
    const auto wait = backoff.next();
    EXPECT_GE(wait, milliseconds(whole / 2));
    EXPECT_LE(wait, milliseconds(whole));
  }
}

TEST(Backoff, BeginsAnewAfterASuccess) {
  Backoff backoff({.initial = milliseconds(100), .limit = milliseconds(10'000)}, 1);
  for (int i = 0; i < 5; ++i) backoff.next();
  backoff.reset();
  EXPECT_LE(backoff.next(), milliseconds(100));
}

TEST(Backoff, SpreadsClientsThatFailTogether) {
  Backoff one({.initial = milliseconds(10'000), .limit = milliseconds(10'000)}, 1);
  Backoff other({.initial = milliseconds(10'000), .limit = milliseconds(10'000)}, 2);
  EXPECT_NE(one.next(), other.next());
}

}  // namespace
}  // namespace fusion::kube
