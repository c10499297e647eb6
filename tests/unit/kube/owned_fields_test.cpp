#include "kube/owned_fields.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace fusion::kube {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::Pair;

json live_owned(json object, json fields) {
  object["metadata"]["managedFields"] = {
      {{"manager", "fusion-operator"}, {"operation", "Apply"}, {"fieldsV1", std::move(fields)}}};
  return object;
}

TEST(Canonical, IsOneTextForOneValue) {
  EXPECT_EQ(canonical(json::parse(R"({"b": 1, "a": {"d": [1, 2], "c": null}})")),
            R"({"a":{"c":null,"d":[1,2]},"b":1})");
  EXPECT_EQ(content_hash(json::parse(R"({"b":1,"a":2})")), content_hash(json::parse(R"({"a":2,"b":1})")));
  EXPECT_NE(content_hash({{"a", 1}}), content_hash({{"a", "1"}}));
  EXPECT_EQ(content_hash(json::object()).size(), 32U);
}

TEST(Canonical, TakesTextThatIsNotUtf8) { EXPECT_NO_THROW(content_hash({{"a", "\xff"}})); }

TEST(OwnedLeaves, AreTheValuesOfOurFieldsAlone) {
  const auto live =
      live_owned({{"apiVersion", "apps/v1"},
                  {"metadata", {{"name", "x"}, {"labels", {{"ours", "1"}, {"theirs", "2"}}}}},
                  {"spec", {{"replicas", 3}, {"paused", true}}},
                  {"status", {{"replicas", 3}}}},
                 json::parse(R"({"f:metadata":{"f:labels":{"f:ours":{}}},"f:spec":{"f:replicas":{}}})"));
  EXPECT_THAT(*owned_leaves(live),
              ElementsAre(Pair(".metadata.labels.ours", "\"1\""), Pair(".spec.replicas", "3")));
}

TEST(OwnedLeaves, ReadKeysValuesAndAtomicFields) {
  const auto live = live_owned(json::parse(R"({
        "metadata": {"finalizers": ["theirs", "ours"]},
        "spec": {"containers": [
          {"name": "sidecar", "image": "z"},
          {"name": "bridge", "image": "a", "args": ["--config", "x"], "env": [{"name": "A", "value": "1"}],
           "ports": [{"containerPort": 80, "protocol": "TCP", "name": "http"}]}]}})"),
                               json::parse(R"({
        "f:metadata": {"f:finalizers": {"v:\"ours\"": {}}},
        "f:spec": {"f:containers": {"k:{\"name\":\"bridge\"}": {
          ".": {}, "f:name": {}, "f:image": {}, "f:args": {},
          "f:env": {".": {}, "k:{\"name\":\"A\"}": {".": {}, "f:name": {}, "f:value": {}}},
          "f:ports": {"k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}}}}}})"));
  const std::string bridge = ".spec.containers[name=\"bridge\"]";
  EXPECT_THAT(*owned_leaves(live),
              ElementsAre(Pair(".metadata.finalizers[\"ours\"]", "\"ours\""),
                          Pair(bridge + ".args[0]", "\"--config\""), Pair(bridge + ".args[1]", "\"x\""),
                          Pair(bridge + ".env[name=\"A\"].name", "\"A\""),
                          Pair(bridge + ".env[name=\"A\"].value", "\"1\""), Pair(bridge + ".image", "\"a\""),
                          Pair(bridge + ".name", "\"bridge\""),
                          Pair(bridge + ".ports[containerPort=80,protocol=\"TCP\"].containerPort", "80")));
}

TEST(OwnedLeaves, AreThoseOfApplyNotOfUpdatesNorOfTheStatus) {
  json live = {{"spec", {{"replicas", 3}}}, {"status", {{"a", 1}}}};
  live["metadata"]["managedFields"] = json::parse(R"([
    {"manager": "fusion-operator", "operation": "Update", "fieldsV1": {"f:spec": {"f:replicas": {}}}},
    {"manager": "fusion-operator", "operation": "Apply", "subresource": "status", "fieldsV1": {"f:status": {}}},
    {"manager": "kubectl", "operation": "Apply", "fieldsV1": {"f:spec": {"f:replicas": {}}}}])");
  EXPECT_TRUE(owned_leaves(live)->empty());
  EXPECT_EQ(owned_leaves(live, "kubectl")->size(), 1U);
}

TEST(OwnedLeaves, SayWhenManagedFieldsCannotBeRead) {
  EXPECT_EQ(owned_leaves(live_owned(json::object(), json::parse(R"({"f:a":{"k:{broken":{}}})")))->size(), 0U);
  const auto broken = owned_leaves(live_owned({{"a", {1}}}, json::parse(R"({"f:a":{"k:{broken":{}}})")));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().reason, Reason::Invalid);
}

TEST(OwnedLeaves, NoticeAFieldThatSomebodyTookAway) {
  const auto fields = json::parse(R"({"f:data":{"f:a":{},"f:b":{}}})");
  const json desired = {{"data", {{"a", "1"}, {"b", "2"}}}};
  EXPECT_EQ(*owned_digest(live_owned(desired, fields)), desired_digest(desired));
  EXPECT_NE(*owned_digest(live_owned({{"data", {{"a", "1"}}}}, fields)), desired_digest(desired));
}

void expect_same(const json& desired, const json& live, const std::string& fields) {
  EXPECT_EQ(desired_leaves(desired), *owned_leaves(live_owned(live, json::parse(fields))));
}

TEST(Digests, CompareQuantitiesByValue) {
  expect_same({{"spec", {{"resources", {{"requests", {{"cpu", 0.1}, {"memory", "1024Mi"}}}}}}}},
              {{"spec", {{"resources", {{"requests", {{"cpu", "100m"}, {"memory", "1Gi"}}}}}}}},
              R"({"f:spec":{"f:resources":{"f:requests":{"f:cpu":{},"f:memory":{}}}}})");
  EXPECT_NE(desired_digest({{"data", {{"x", "0.1"}}}}), desired_digest({{"data", {{"x", "100m"}}}}));
}

TEST(Digests, TakeAnEmptyEnvironmentValueForNone) {
  expect_same(json::parse(R"({"env":[{"name":"A","value":""}]})"), json::parse(R"({"env":[{"name":"A"}]})"),
              R"({"f:env":{"k:{\"name\":\"A\"}":{".":{},"f:name":{},"f:value":{}}}})");
  EXPECT_NE(desired_digest({{"data", {{"value", ""}}}}), desired_digest({{"data", json::object()}}));
}

TEST(Digests, DoNotDependOnTheOrderOfKeyedLists) {
  EXPECT_EQ(desired_digest(json::parse(R"({"env":[{"name":"A","value":"1"},{"name":"B","value":"2"}]})")),
            desired_digest(json::parse(R"({"env":[{"name":"B","value":"2"},{"name":"A","value":"1"}]})")));
  EXPECT_NE(desired_digest(json::parse(R"({"args":["a","b"]})")),
            desired_digest(json::parse(R"({"args":["b","a"]})")));
}

TEST(Digests, LeaveOutWhatNamesTheObject) {
  EXPECT_EQ(desired_digest(json::parse(
                R"({"apiVersion":"v1","kind":"X","metadata":{"name":"a","namespace":"b","uid":"c"}})")),
            desired_digest(json::object()));
}

TEST(Digests, TakeTheClaimTemplateAsTheServerFillsItIn) {
  expect_same(
      json::parse(
          R"({"volumeClaimTemplates":[{"metadata":{"name":"state"},"spec":{"accessModes":["ReadWriteOnce"]}}]})"),
      json::parse(R"({"volumeClaimTemplates":[{"apiVersion":"v1","kind":"PersistentVolumeClaim",
        "metadata":{"creationTimestamp":null,"name":"state"},
        "spec":{"accessModes":["ReadWriteOnce"],"volumeMode":"Filesystem"},"status":{"phase":"Pending"}}]})"),
      R"({"f:volumeClaimTemplates":{}})");
}

TEST(Digests, TakeTheDefaultedProtocolForTheSamePort) {
  expect_same(
      json::parse(R"({"ports":[{"containerPort":80}]})"),
      json::parse(R"({"ports":[{"containerPort":80,"protocol":"TCP"}]})"),
      R"({"f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}})");
}

TEST(Digests, DistinguishAnEmptyDirFromNone) {
  EXPECT_NE(desired_digest(json::parse(R"({"volumes":[{"name":"a","emptyDir":{}}]})")),
            desired_digest(json::parse(R"({"volumes":[{"name":"a"}]})")));
}

TEST(DescribeDifference, NamesThePathsAndCountsTheRest) {
  const auto live = desired_leaves({{"a", 1}, {"b", 2}, {"d", 4}});
  const auto desired = desired_leaves({{"a", 1}, {"b", 3}, {"c", 4}});
  EXPECT_EQ(describe_difference(live, desired), ".b, .c, .d");
  EXPECT_EQ(describe_difference(live, desired, 1), ".b and 2 more");
  EXPECT_EQ(describe_difference(live, live), "");
}

}  // namespace
}  // namespace fusion::kube
