#include "api/excerpt.h"

#include <gtest/gtest.h>

namespace fusion::api {
namespace {

TEST(Excerpt, IsOneLineInQuotes) {
  EXPECT_EQ(excerpt("a\n\"b\""), R"("a\n\"b\"")");
  EXPECT_EQ(path_key("a\nb"), R"(a\nb)");
  EXPECT_EQ(excerpt(""), R"("")");
}

TEST(Excerpt, IsCutBetweenCharacters) {
  std::string text;
  for (int i = 0; i < 80; ++i) text += "ü";
  EXPECT_EQ(excerpt(text), "\"" + text + "\"");
  EXPECT_EQ(excerpt(text + "ü"), "\"" + text + "...\"");
}

}  // namespace
}  // namespace fusion::api
