#include "contract/logfmt.h"

#include <gtest/gtest.h>

namespace fusion::contract {
namespace {

TEST(Logfmt, LeavesPlainValuesAlone) {
  EXPECT_EQ(logfmt("topic", "alerts-in.v1/x"), "topic=alerts-in.v1/x");
  EXPECT_EQ(logfmt("text", "{}%"), "text={}%");
  EXPECT_EQ(logfmt("text", "é"), "text=é");
}

TEST(Logfmt, QuotesWhatWouldEndAValueOrALine) {
  EXPECT_EQ(logfmt("a", "say \"no\"\n"), R"(a="say \"no\"\n")");
  EXPECT_EQ(logfmt("a", ""), R"(a="")");
  EXPECT_EQ(logfmt("a", "k=v"), R"(a="k=v")");
  EXPECT_EQ(logfmt("a", R"(C:\x)"), R"(a="C:\\x")");
  EXPECT_EQ(logfmt("a", "1\r\t2"), R"(a="1\r\t2")");
}

TEST(Logfmt, LetsNoControlCharacterThrough) {
  EXPECT_EQ(logfmt("a", std::string_view("\0\x1b[2J\x7f", 6)), R"(a="??[2J?")");
}

}  // namespace
}  // namespace fusion::contract
