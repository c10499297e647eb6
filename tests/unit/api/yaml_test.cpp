#include "api/yaml.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace fusion::api {
namespace {

using nlohmann::json;

json one(std::string_view text) {
  const auto documents = parse_documents(text);
  if (!documents) return "error: " + documents.error().message;
  return documents->size() == 1 ? documents->front()
                                : json("documents: " + std::to_string(documents->size()));
}

SyntaxError error_of(std::string_view text) {
  const auto documents = parse_documents(text);
  return documents ? SyntaxError{-1, "none"} : documents.error();
}

TEST(Yaml, KeepsQuotedScalarsStrings) {
  EXPECT_EQ(one(R"({a: "-1", b: 'true', c: "", d: "~", e: !!str 5})"),
            json::parse(R"({"a": "-1", "b": "true", "c": "", "d": "~", "e": "5"})"));
}

struct Scalar {
  const char* yaml;
  const char* expected;
};

class YamlScalar : public ::testing::TestWithParam<Scalar> {};

TEST_P(YamlScalar, IsTypedAsInKubernetes) {
  EXPECT_EQ(one("v: " + std::string(GetParam().yaml))["v"], json::parse(GetParam().expected))
      << GetParam().yaml;
}

INSTANTIATE_TEST_SUITE_P(
    Table, YamlScalar,
    ::testing::Values(Scalar{"6", "6"}, Scalar{"-1", "-1"}, Scalar{"+1", "1"}, Scalar{"6.0", "6"},
                      Scalar{"1.5", "1.5"}, Scalar{"1e3", "1000"}, Scalar{".5", "0.5"}, Scalar{"0x1F", "31"},
                      Scalar{"0b11", "3"}, Scalar{"0o17", "15"}, Scalar{"017", "15"}, Scalar{"1_000", "1000"},
                      Scalar{"0", "0"}, Scalar{"-0x10", "-16"},
                      Scalar{"9223372036854775808", "9223372036854775808"}, Scalar{"true", "true"},
                      Scalar{"yes", "true"}, Scalar{"on", "true"}, Scalar{"Off", "false"},
                      Scalar{"n", "false"}, Scalar{"~", "null"}, Scalar{"", "null"}, Scalar{"null", "null"},
                      Scalar{"nUll", "\"nUll\""}, Scalar{"500ms", "\"500ms\""}, Scalar{"5Gi", "\"5Gi\""},
                      Scalar{"2026-01-31T08:00:00Z", "\"2026-01-31T08:00:00Z\""},
                      Scalar{"1.2.3", "\"1.2.3\""}, Scalar{"a:b", "\"a:b\""}, Scalar{"08", "8"},
                      Scalar{"--1", "\"--1\""}, Scalar{"0x", "\"0x\""}, Scalar{"1e", "\"1e\""},
                      Scalar{"|-\n  text", "\"text\""}));

TEST(Yaml, ReadsManyDocumentsAndLeavesOutEmptyOnes) {
  const auto documents = parse_documents("---\na: 1\n---\n# nothing\n---\nb: 2\n");
  ASSERT_TRUE(documents);
  EXPECT_THAT(*documents, ::testing::ElementsAre(json{{"a", 1}}, json{{"b", 2}}));
  EXPECT_THAT(*parse_documents(""), ::testing::IsEmpty());
}

TEST(Yaml, FollowsAliasesAndMerges) {
  EXPECT_EQ(one("base: &b {k: 1, l: 2}\nuse:\n  <<: *b\n  l: 3\n"),
            json::parse(R"({"base": {"k": 1, "l": 2}, "use": {"k": 1, "l": 3}})"));
}

TEST(Yaml, NamesTheLineOfASyntaxError) {
  EXPECT_EQ(error_of("a: 1\nb: [1\nc: 2\n").line, 3);
  EXPECT_EQ(error_of("a: 1\n\tb: 2\n").line, 2);
}

TEST(Yaml, RefusesKeysThatStandTwice) {
  EXPECT_EQ(error_of("a: 1\nb: 2\na: 3\n"), (SyntaxError{3, "key \"a\" stands here for the second time"}));
  EXPECT_EQ(error_of(R"({"a": {"b": 1, "b": 2}})"), (SyntaxError{0, "key \"b\" stands twice in one object"}));
  EXPECT_EQ(one(R"({"a": {"b": 1}, "c": {"b": 2}})")["c"]["b"], 2);
}

TEST(Yaml, RefusesNumbersThatJsonLacks) {
  EXPECT_EQ(error_of("a: 1\nb: -.inf\n"),
            (SyntaxError{2, "-.inf is no number that JSON has: put it in quotes"}));
  EXPECT_EQ(error_of("a: .nan").line, 1);
  EXPECT_EQ(one("a: '.nan'")["a"], ".nan");
}

TEST(Yaml, ReadsJsonAsJson) {
  EXPECT_EQ(one(" {\"a\": \"\\u00fc\\/\", \"b\": [1.5, null]}"),
            json::parse(R"({"a": "ü/", "b": [1.5, null]})"));
  EXPECT_EQ(one("{a: 1}"), json::parse(R"({"a": 1})"));
}

TEST(Yaml, SurvivesTextsMadeToHurt) {
  EXPECT_EQ(error_of("a: \xff\xfe"), (SyntaxError{0, "is not UTF-8 text"}));
  EXPECT_NE(error_of(std::string(100'000, '[')).line, -1);
  EXPECT_EQ(error_of("{\"a\":" + std::string(1000, '[') + std::string(1000, ']') + "}").message,
            "is nested deeper than 200 levels");
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int level = 1; level < 9; ++level) {
    const auto below = "*a" + std::to_string(level - 1);
    laughs += "a" + std::to_string(level) + ": &a" + std::to_string(level) + " [" + below;
    for (int i = 0; i < 9; ++i) laughs += ", " + below;
    laughs += "]\n";
  }
  EXPECT_EQ(error_of(laughs).message, "has more than 100000 values");
}

}  // namespace
}  // namespace fusion::api
