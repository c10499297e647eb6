#include "bridge/json_tokens.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

namespace fusion::bridge {
namespace {

using nlohmann::json;
using Kind = JsonTokens::Kind;

std::string letters(std::string_view text) {
  JsonTokens tokens;
  tokens.open(text);
  std::string letters;
  for (auto token = tokens.next();; token = tokens.next()) {
    constexpr std::string_view kLetters = "{}[]:TNtfn.!";
    letters += kLetters[static_cast<std::size_t>(token)];
    if (token == Kind::kEnd || token == Kind::kInvalid) return letters;
    if (token >= Kind::kName) letters += tokens.raw();
  }
}

bool is_json(std::string_view text) { return letters(text).ends_with('.'); }

TEST(JsonTokens, ComeInOrderWithWhatTheyStandFor) {
  EXPECT_EQ(letters(R"( {"a" : [1, -2.5e+3 , "x\n", {}], "" :true} )"), R"({:a[N1N-2.5e+3Tx\n{}]:ttrue}.)");
  EXPECT_EQ(letters("\xef\xbb\xbf[false,null]"), "[ffalsennull].");
  EXPECT_EQ(letters("[]"), "[].");
  EXPECT_EQ(letters("\t\r\n \"\""), "T.");
}

TEST(JsonTokens, StopWhereItIsNotJson) {
  EXPECT_EQ(letters("[1,]"), "[N1!");
  EXPECT_EQ(letters("{\"a\":1]"), "{:aN1!");
  EXPECT_EQ(letters("1 2"), "N1!");
  EXPECT_EQ(letters(""), "!");
}

TEST(JsonTokens, KnowWhatANumberIs) {
  for (const auto* number : {"0", "-0", "10", "0.0", "1.25", "1e5", "1E+5", "-1.5e-05", "0e0",
                             "123456789012345678901234567890", "1e999999999999"})
    EXPECT_TRUE(is_json(number)) << number;
  for (const auto* number : {"-", "+1", "01", "-01", "1.", ".5", "1e", "1e+", "1e5.5", "0x1", "1_000", "NaN",
                             "Infinity", "1,", "--1"})
    EXPECT_FALSE(is_json(number)) << number;
}

TEST(JsonTokens, KnowTheEndOfTheTextFromAZero) {
  using std::literals::operator""sv;
  for (const auto text : {"1\0"sv, "[1]\0"sv, "\"\0\""sv, "\0"sv, "\"\\\0\""sv}) EXPECT_FALSE(is_json(text));
  // Nothing is read beyond the end, whatever stands there.
  for (const auto* text : {"true", "\"ab\"", "\"\\u00e9\"", "\"\xc3\xa9\"", "-1", "1.5", "1e5", "[1]"}) {
    const std::string_view whole(text);
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_EQ(is_json(whole.substr(0, size)), json::accept(whole.substr(0, size))) << whole.substr(0, size);
  }
}

/// A text of random pieces that mean something in it, or mean something elsewhere.
std::string random_text(std::mt19937_64& random) {
  static const std::vector<std::string> kPieces = {"a",
                                                   "plain text ",
                                                   "\x7f",
                                                   " ",
                                                   "\\n",
                                                   "\\\"",
                                                   "\\\\",
                                                   "\\/",
                                                   "\\b\\f\\r\\t",
                                                   "\\u00e9",
                                                   "\\u0000",
                                                   "\\uD83D\\uDE00",
                                                   "\\ud83d",
                                                   "\\ude00",
                                                   "\\ud83d\\n",
                                                   "\\ud83d\\u0041",
                                                   "\\uffff",
                                                   "\\u12",
                                                   "\\u12g4",
                                                   "\\x",
                                                   "\\",
                                                   "\"",
                                                   "\n",
                                                   "\x1f",
                                                   "é",
                                                   "東",
                                                   "😀",
                                                   "\xc3",
                                                   "\xa9",
                                                   "\xc0\xaf",
                                                   "\xe0\x80\xaf",
                                                   "\xed\xa0\x80",
                                                   "\xf0\x80\x80\xaf",
                                                   "\xf4\x90\x80\x80",
                                                   "\xf5\x80\x80\x80",
                                                   "\xff",
                                                   "\xf4\x8f\xbf\xbf",
                                                   "\xee\x80\x80",
                                                   "\xe1\x80",
                                                   "\xf1\x80\x80"};
  std::string text = "\"";
  // Mostly good pieces: a single bad one shall decide.
  for (auto left = random() % 12; left > 0; --left)
    text += kPieces[random() % (random() % 8 == 0 ? kPieces.size() : 12)];
  return text + "\"";
}

TEST(JsonTokens, ReadTextsAsATreeDoes) {
  std::mt19937_64 random(1);
  int good = 0;
  int bad = 0;
  for (int i = 0; i < 20'000; ++i) {
    const auto text = random_text(random);
    const auto tree = json::parse(text, nullptr, false);
    JsonTokens tokens;
    tokens.open(text);
    const bool is_text = tokens.next() == Kind::kText;
    const auto raw = tokens.raw();
    const bool is_good = is_text && tokens.next() == Kind::kEnd;
    ASSERT_EQ(is_good, !tree.is_discarded()) << text;
    (is_good ? good : bad) += 1;
    if (!is_good) continue;
    std::string characters = "what was before";
    unescape(raw, characters);
    ASSERT_EQ(characters, tree.get<std::string>()) << text;
    ASSERT_EQ(tokens.is_escaped(), raw.find('\\') != raw.npos) << text;
  }
  EXPECT_GT(good, 5'000);
  EXPECT_GT(bad, 5'000);
}

}  // namespace
}  // namespace fusion::bridge
