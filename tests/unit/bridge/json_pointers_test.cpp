#include "bridge/json_pointers.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <random>

#include "tests/json_tree.h"

namespace fusion::bridge {

void PrintTo(const JsonScalar& scalar, std::ostream* out) {
  *out << static_cast<int>(scalar.kind) << ' ' << scalar.text;
}

namespace {

using nlohmann::json;
using ::testing::Eq;
using ::testing::Optional;
using Kind = JsonScalar::Kind;

std::optional<std::string> text_at(const std::string& pointer, std::string_view text) {
  JsonPointers pointers({pointer});
  if (!pointers.read(text)) return "not JSON";
  const auto found = pointers.at(0);
  return found ? std::optional(std::string(found->text)) : std::nullopt;
}

TEST(JsonPointers, FindTheExamplesOfTheirStandard) {  // RFC 6901, section 5
  const char* document =
      R"({"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, "k\"l": 6, " ": 7, "m~n": 8})";
  JsonPointers pointers({"/foo/0", "/", "/a~1b", "/c%d", "/e^f", "/g|h", "/i\\j", "/k\"l", "/ ", "/m~0n"});
  ASSERT_TRUE(pointers.read(document));
  EXPECT_EQ(pointers.at(0), (JsonScalar{Kind::kText, "bar"}));
  for (std::size_t i = 1; i < 10; ++i)
    EXPECT_EQ(pointers.at(i), (JsonScalar{Kind::kNumber, std::to_string(i - 1)}));
  EXPECT_EQ(text_at("/foo", document), std::nullopt) << "an array";
  EXPECT_EQ(text_at("", document), std::nullopt) << "an object";
}

TEST(JsonPointers, TellKindsApart) {
  JsonPointers pointers({"/0", "/1", "/2", "/3", "/4", "/5"});
  ASSERT_TRUE(pointers.read(R"(["7", 7, true, null, {"7": 7}])"));
  EXPECT_EQ(pointers.at(0), (JsonScalar{Kind::kText, "7"}));
  EXPECT_EQ(pointers.at(1), (JsonScalar{Kind::kNumber, "7"}));
  EXPECT_EQ(pointers.at(2), (JsonScalar{Kind::kBoolean, "true"}));
  EXPECT_EQ(pointers.at(3), (JsonScalar{Kind::kNull, "null"}));
  EXPECT_EQ(pointers.at(4), std::nullopt);
  EXPECT_EQ(pointers.at(5), std::nullopt);
}

TEST(JsonPointers, TakeTheLastOfEqualNames) {
  EXPECT_THAT(text_at("/a", R"({"a": 1, "a": 2})"), Optional(Eq("2")));
  EXPECT_EQ(text_at("/a", R"({"a": 1, "a": {}})"), std::nullopt);
  EXPECT_EQ(text_at("/a/b", R"({"a": {"b": 1}, "a": {"c": 2}})"), std::nullopt);
  EXPECT_EQ(text_at("/a/b", R"({"a": {"b": 1}, "a": 3})"), std::nullopt);
  EXPECT_THAT(text_at("/a/b", R"({"a": {"b": 1}, "a": {"b": 2}, "c": {"b": 3}})"), Optional(Eq("2")));
}

TEST(JsonPointers, CountOnlyWhatRfc6901CallsAnIndex) {
  EXPECT_THAT(text_at("/1", "[1,[2],3]"), Eq(std::nullopt));
  EXPECT_THAT(text_at("/2", "[1,[2],3]"), Optional(Eq("3")));
  for (const auto* pointer : {"/02", "/-", "/+2", "/2x", "/18446744073709551616", "/"})
    EXPECT_EQ(text_at(pointer, "[1,2,3]"), std::nullopt) << pointer;
  EXPECT_THAT(text_at("/02", R"({"02": 5})"), Optional(Eq("5")));
  EXPECT_EQ(text_at("no pointer", R"({"no pointer": 5, "": 6})"), std::nullopt);
}

TEST(JsonPointers, WriteEqualNumbersAlikeAndOthersNot) {
  const std::vector<std::vector<std::string>> equal = {
      {"0", "-0", "0.0", "-0.0", "0e5", "0E-99", "-0.00e99999999999"},
      {"1", "1.0", "10e-1", "0.1e1", "1E0", "1e+0"},
      {"-1700000000000", "-1.7e12", "-17e11", "-1700000000000.000"},
      {"0.001", "1e-3", "0.1E-2"},
      {"12.5", "1.25e1", "125e-1"},
      {"9007199254740993", "9007199254740993.0"},
      {"123456789012345678901234567890", "12345678901234567890123456789e1"},
      {"123456789012345678901234567891", "123456789012345678901234567891.0"},
      {"1e300", "10e299", "1" + std::string(300, '0')},
      {"-1e-300", "-0.1e-299"}};
  std::set<std::string> texts;
  for (const auto& numbers : equal) {
    for (const auto& number : numbers) EXPECT_EQ(text_at("", number), text_at("", numbers[0])) << number;
    texts.insert(*text_at("", numbers[0]));
  }
  EXPECT_EQ(texts.size(), equal.size());
  EXPECT_THAT(text_at("", "1.25e1"), Optional(Eq("12.5")));
  EXPECT_THAT(text_at("", "-1.7e12"), Optional(Eq("-1700000000000")));
  EXPECT_THAT(text_at("", "1.20e50"), Optional(Eq("12e49")));
  EXPECT_THAT(text_at("", "-18446744073709551616"), Optional(Eq("-18446744073709551616")));
}

TEST(JsonPointers, ReadTheWholeText) {
  for (const auto* text : {"", " ", "{", "[1,]", "{\"a\":1,}", "01", "1 2", "{\"a\":1} x", "nul", "\"\xff\"",
                           "\"\\ud800\"", "\"\n\"", "{\"a\" 1}", "{1:1}", "]"})
    EXPECT_THAT(text_at("/a", text), Optional(Eq("not JSON"))) << text;
  EXPECT_THAT(text_at("", "1e999"), Optional(Eq("1e999"))) << "beyond a double, and JSON all the same";
  EXPECT_THAT(text_at("", R"("\u00e9\ud83d\ude00\n")"), Optional(Eq("é😀\n")));
}

TEST(JsonPointers, KeepNothingOfTheTextBefore) {
  JsonPointers pointers({"/a", "/b/c"});
  ASSERT_TRUE(pointers.read(R"({"a": "long enough to be on the heap", "b": {"c": 1}})"));
  ASSERT_TRUE(pointers.read("{}"));
  EXPECT_EQ(pointers.at(0), std::nullopt);
  ASSERT_FALSE(pointers.read(R"({"a": 1, "b": {"c": )"));
  EXPECT_EQ(pointers.at(0), std::nullopt);
  ASSERT_TRUE(pointers.read(R"({"b": {"c": 2}})"));
  EXPECT_EQ(pointers.at(1), (JsonScalar{Kind::kNumber, "2"}));
}

TEST(JsonPointers, AreNotAfraidOfDepth) {
  const std::string deep(1'000'000, '[');
  EXPECT_THAT(text_at("/0/0", deep), Optional(Eq("not JSON")));
  EXPECT_THAT(text_at("/a", R"({"b": )" + deep + std::string(deep.size(), ']') + R"(, "a": 1})"),
              Optional(Eq("1")));
}

/// Random documents of few names, so that pointers meet them, and names meet each other.
class Documents {
 public:
  explicit Documents(int seed) : random_(static_cast<std::uint64_t>(seed)) {}

  std::string document() { return value(0); }
  std::string pointer() {
    std::string pointer;
    for (auto tokens = pick(5); tokens > 0; --tokens)
      pointer += "/" + one_of({"a", "b", "a~1b", "~0", "", "0", "1", "2", "-", "00"});
    return pointer;
  }

 private:
  std::uint64_t pick(std::uint64_t below) { return random_() % below; }
  std::string one_of(const std::vector<std::string>& choices) { return choices[pick(choices.size())]; }

  std::string value(int depth) {
    const auto what = pick(depth < 5 ? 10 : 5);
    if (what >= 8) return "[" + members(depth, "") + "]";
    if (what >= 5) return "{" + members(depth, ":") + "}";
    return one_of({"null", "true", "false", "0", "-0", "7", "-12", "1.5", "1e3", "-2.50e-2",
                   "18446744073709551615", "18446744073709551616", "-9223372036854775809", R"("")", R"("x")",
                   R"("\u00e9\/\"")", R"("Zürich, 東京 😀")", R"("\ud83d\ude00")", R"("7")"});
  }
  std::string members(int depth, const std::string& colon) {
    std::string text;
    for (auto left = pick(5); left > 0; --left) {
      if (!colon.empty())
        text += one_of({R"("a")", R"("b")", R"("a/b")", R"("a\/b")", R"("~")", R"("")", R"("0")", R"("1")"}) +
                colon;
      text += value(depth + 1) + (left > 1 ? one_of({",", " , "}) : "");
    }
    return text;
  }

  std::mt19937_64 random_;
};

/// Another text by one byte, hardly ever JSON. Not by 0, which the tree takes for the end.
std::string broken(std::string text, std::uint64_t random) {
  const auto at = random % text.size();
  const auto byte = static_cast<char>(1 + (random >> 20) % 255);
  if ((random >> 40) % 3 == 0) return text.erase(at, 1);
  if ((random >> 40) % 3 == 1) return text.insert(at, 1, byte);
  text[at] = byte;
  return text;
}

class JsonPointersProperties : public ::testing::TestWithParam<int> {};

TEST_P(JsonPointersProperties, FindWhatATreeHas) {
  Documents documents(GetParam());
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()));
  int found = 0;
  for (int i = 0; i < 300; ++i) {
    const std::vector<std::string> places = {documents.pointer(), documents.pointer(), documents.pointer()};
    JsonPointers pointers(places);
    for (int j = 0; j < 5; ++j) {
      auto text = documents.document();
      if (j == 4) text = broken(std::move(text), random());
      const auto tree = json::parse(text, nullptr, false);
      ASSERT_EQ(pointers.read(text), !tree.is_discarded() || test::is_beyond_the_tree(text)) << text;
      if (tree.is_discarded()) continue;
      for (std::size_t k = 0; k < places.size(); ++k) {
        EXPECT_TRUE(test::is_as_in_the_tree(pointers.at(k), tree, places[k])) << places[k] << " in " << text;
        found += pointers.at(k).has_value();
      }
    }
  }
  EXPECT_GT(found, 100);
}

INSTANTIATE_TEST_SUITE_P(Seeds, JsonPointersProperties, ::testing::Range(0, 20));

}  // namespace
}  // namespace fusion::bridge
