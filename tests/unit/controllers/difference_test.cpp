#include "controllers/difference.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fusion::controllers {
namespace {

using nlohmann::json;

std::string difference(const char* desired, const char* actual) {
  return first_difference(json::parse(desired), json::parse(actual));
}

TEST(Difference, NamesThePathThatContradicts) {
  EXPECT_EQ(difference(R"({"spec":{"replicas":2}})", R"({"spec":{"replicas":3}})"), "spec.replicas");
}

TEST(Difference, NamesAPathThatIsMissing) {
  EXPECT_EQ(difference(R"({"spec":{"replicas":2}})", R"({"spec":{}})"), "spec.replicas");
}

TEST(Difference, ToleratesWhatOthersAdded) {
  EXPECT_EQ(difference(R"({"spec":{"replicas":2}})", R"({"spec":{"replicas":2,"minReadySeconds":0},"x":1})"),
            "");
}

TEST(Difference, ComparesQuantitiesByValue) {
  EXPECT_EQ(difference(R"({"resources":{"requests":{"cpu":"0.1","memory":"1024Mi"}}})",
                       R"({"resources":{"requests":{"cpu":"100m","memory":"1Gi"}}})"),
            "");
  EXPECT_EQ(difference(R"({"resources":{"limits":{"cpu":1}}})", R"({"resources":{"limits":{"cpu":"1"}}})"),
            "");
  EXPECT_EQ(difference(R"({"resources":{"limits":{"cpu":"1"}}})", R"({"resources":{"limits":{"cpu":"2"}}})"),
            "resources.limits.cpu");
  EXPECT_EQ(difference(R"({"annotations":{"a":"0.1"}})", R"({"annotations":{"a":"100m"}})"), "annotations.a");
}

TEST(Difference, TakesAnEmptyValueForAMissingOne) {
  EXPECT_EQ(difference(R"({"a":"","b":[],"c":{},"d":null})", R"({})"), "");
}

TEST(Difference, FindsListItemsByTheirName) {
  const auto* desired = R"({"containers":[{"name":"bridge","image":"a"}]})";
  EXPECT_EQ(difference(desired, R"({"containers":[{"name":"sidecar"},{"name":"bridge","image":"a"}]})"), "");
  EXPECT_EQ(difference(desired, R"({"containers":[{"name":"bridge","image":"b"}]})"),
            "containers[bridge].image");
  EXPECT_EQ(difference(desired, R"({"containers":[{"name":"sidecar"}]})"), "containers[bridge]");
}

TEST(Difference, ComparesOtherListsAsAWhole) {
  EXPECT_EQ(difference(R"({"args":["a"]})", R"({"args":["a","b"]})"), "args");
  EXPECT_EQ(difference(R"({"args":["a"]})", R"({"args":["b"]})"), "args[0]");
  EXPECT_EQ(
      difference(R"({"tolerations":[{"key":"k"}]})", R"({"tolerations":[{"key":"k","operator":"Equal"}]})"),
      "");
}

TEST(Difference, SurvivesOtherTypes) {
  EXPECT_EQ(difference(R"({"a":{"b":1}})", R"({"a":[1]})"), "a");
  EXPECT_EQ(difference(R"({"containers":[{"name":"x"}]})", R"({"containers":{"name":"x"}})"), "containers");
}

}  // namespace
}  // namespace fusion::controllers
